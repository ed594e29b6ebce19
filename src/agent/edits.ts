import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import { masked, shownOf } from '../config/secrets.ts';
import { changeList, changeSetting, settingComments } from '../config/settings-edit.ts';
import type { EditsPart, ShownSetting } from '../http/parts.ts';
import type { EditedJson } from '../http/schemas/packs.ts';
import type { ReloadedJson } from '../http/schemas.ts';
import type { Yaml } from '../model/pack.ts';
import { parameterOf, setParameter } from '../packs/edit-parameters.ts';
import { overloadPack } from '../packs/overload.ts';
import { fileSchema } from './file-schemas.ts';
import { leavesOf } from './reload.ts';
import type { World } from './world.ts';
import { builtIn, type Written } from './written.ts';

/** What of a reload is told to who made a change. */
type AfterEdit = Pick<ReloadedJson, 'restart_needed' | 'errors'>;

interface Editing {
  readonly world: Pick<World, 'home' | 'plugins' | 'clock'>;
  /** What is in effect now. */
  written(): Written;
  reload(): Promise<AfterEdit>;
}

/** Changes what people wrote, one change after the other, and brings it into effect. */
export function editsOf({ world, written, reload }: Editing): EditsPart {
  const { data, config: directory } = world.home;
  const { options } = builtIn(world.plugins);
  const shelves = () => ({ packs: written().packs.packs, data, options });
  const change = () => ({ directory, loaded: written().loaded, at: world.clock.wall() });
  const inTurn = turns();
  return {
    async packParameter(name) {
      const { file, value, comments } = await parameterOf(name, shelves());
      return { file, value: shownOf(name.key, value), comments: [...comments] };
    },
    setPackParameter: (name, wanted) =>
      inTurn(async () => {
        const { file, shown } = await setParameter(name, { ...wanted, at: world.clock.wall() }, shelves());
        return edited({ file, shown, changed: true }, await reload());
      }),
    overload: (wanted) =>
      inTurn(async () => {
        const done = await overloadPack(wanted, shelves());
        await reload();
        return { dir: done.directory, level: done.level };
      }),
    settings: async () => settingsIn(written()),
    async setting(key) {
      const settings = new Map(settingsIn(written()));
      const name = key.replaceAll('-', '_');
      const setting = settings.get(name);
      if (!setting)
        throw new OpsbroError('not_found', `there is no setting "${key}"${didYouMean(name, settings.keys())}`);
      return { ...setting, comments: await settingComments(setting.origin) };
    },
    variables: () => ({ ...masked(written().loaded.variables) }),
    schema: fileSchema,
    setSetting: (key, value) =>
      inTurn(async () => {
        const done = await changeSetting(key, value, change());
        return done.changed ? edited(done, await reload()) : edited(done);
      }),
    changeList: (wanted, how) =>
      inTurn(async () => {
        const done = await changeList({ ...wanted, how }, change());
        return done.changed ? edited(done, await reload()) : edited(done);
      }),
  };
}

type Done = Pick<EditedJson, 'file' | 'shown' | 'changed'>;

const edited = (done: Done, reloaded?: AfterEdit): EditedJson => ({
  file: done.file,
  shown: done.shown,
  changed: done.changed,
  restart_needed: reloaded?.restart_needed ?? [],
  errors: reloaded?.errors ?? [],
});

function settingsIn({ loaded }: Written): (readonly [string, ShownSetting])[] {
  return [...leavesOf(loaded.shown)]
    .map(([key, value]): [string, ShownSetting] => {
      const origin = loaded.origins.get(key) ?? 'default';
      return [key, { value: shownOf(key, (value ?? null) as Yaml), origin, comments: [] }];
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Two changes of one file at a time would lose one of them. */
function turns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };
}
