import { useEffect, useRef } from 'preact/hooks';
import type { Given } from './health-check.tsx';
import type { ActionOffer, ActionParameter } from './records.ts';

interface ActionDialogProps {
  readonly offer: ActionOffer;
  submit(given: Given): void;
  close(): void;
}

/** Asks for what an action takes, with its defaults filled in; for one that takes nothing, whether it is meant. */
export function ActionDialog({ offer, submit, close }: ActionDialogProps) {
  const { action, info, params } = offer;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const send = (event: Event) => {
    event.preventDefault();
    submit(givenIn(new FormData(event.currentTarget as HTMLFormElement), params));
  };
  return (
    <dialog ref={dialog} aria-labelledby="action-title" onClose={close}>
      <form onSubmit={send}>
        <h3 id="action-title">{action}</h3>
        {info && <p>{info}</p>}
        {params.length === 0 && <p>It is to be confirmed before it runs.</p>}
        {params.map((parameter) => (
          <label key={parameter.name} htmlFor={fieldOf(parameter)}>
            {parameter.name}
            {parameter.required && <span class="quiet"> required</span>}
            <Field parameter={parameter} />
          </label>
        ))}
        <div class="offer">
          <button type="submit" class="action">
            Submit
          </button>
          <button type="reset" class="action">
            Reset
          </button>
          <button type="button" class="action" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

const fieldOf = ({ name }: ActionParameter): string => `field-${name}`;

function Field({ parameter }: { readonly parameter: ActionParameter }) {
  const { name, type, required, choices, pattern, secret } = parameter;
  const options = type === 'bool' ? ['true', 'false'] : choices;
  if (type === 'bool' || type === 'choice') {
    return (
      <select id={fieldOf(parameter)} name={name} required={required}>
        {options.map((option) => (
          <option key={option} selected={option === textOf(parameter.default)}>
            {option}
          </option>
        ))}
      </select>
    );
  }
  if (secret) return <input id={fieldOf(parameter)} name={name} type="password" required={required} />;
  return (
    <input
      id={fieldOf(parameter)}
      name={name}
      type="text"
      required={required}
      defaultValue={textOf(parameter.default)}
      {...(type === 'int' && { inputMode: 'numeric', pattern: '[+\\-]?[0-9]+', title: 'a whole number' })}
      {...(pattern !== null && { pattern, title: pattern })}
    />
  );
}

/** What was filled in; what still has its default is left to the action. */
function givenIn(form: FormData, params: readonly ActionParameter[]): Given {
  const filled = params.map((parameter) => ({ parameter, text: String(form.get(parameter.name) ?? '') }));
  return Object.fromEntries(
    filled
      .filter(({ parameter, text }) => parameter.required || text !== textOf(parameter.default))
      .map(({ parameter, text }) => [parameter.name, text]),
  );
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
