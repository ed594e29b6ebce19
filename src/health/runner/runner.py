"""Runs the code of one health package written in Python, for the agent that started it.

Requests and answers are JSON, one a line, on descriptor 3; see protocol.ts for their form.
"""
import importlib.util
import inspect
import json
import math
import os
import resource
import socket
import sys
import threading
import traceback
import types

MEMORY = 128 * 1024 * 1024
STACK = 1024 * 1024
SIZES = ('CHECK_INTERVAL', 'CHECK_INTERVAL_SEC', 'TIMEOUT', 'FAILURES_BEFORE_UNHEALTHY')

sys.dont_write_bytecode = True
channel = socket.socket(fileno=3)
sending = threading.Lock()
files = {}


def send(message):
  line = (json.dumps(message) + '\n').encode('utf-8')
  with sending:
    channel.sendall(line)


def package_of(path):
  """The package that a file belongs to: its folder, under its name, so that files may import each other from it."""
  folder = os.path.dirname(path)
  name = os.path.basename(folder)
  if name in sys.modules and getattr(sys.modules[name], '__health__', None) == folder:
    return name
  init = os.path.join(folder, '__init__.py')
  if os.path.exists(init):
    spec = importlib.util.spec_from_file_location(name, init, submodule_search_locations=[folder])
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    module.__health__ = folder
    try:
      spec.loader.exec_module(module)
    except BaseException:
      del sys.modules[name]
      raise
  else:
    module = types.ModuleType(name)
    module.__path__ = [folder]
    module.__health__ = folder
    sys.modules[name] = module
  return name


def load(request):
  path = request['path']
  name = '%s.%s' % (package_of(path), os.path.splitext(os.path.basename(path))[0])
  spec = importlib.util.spec_from_file_location(name, path)
  module = importlib.util.module_from_spec(spec)
  sys.modules[name] = module
  spec.loader.exec_module(module)
  checks = {}
  for attribute, value in sorted(vars(module).items()):
    if inspect.isclass(value) and callable(getattr(value, 'Check', None)) and callable(getattr(value, 'Diagnose', None)):
      checks[value.__name__] = value()
  files[path] = checks
  return [described(name, check) for name, check in checks.items()]


def described(name, check):
  first, second, limit, failures = [size_of(check, attribute) for attribute in SIZES]
  return {'name': name, 'interval': first or second, 'timeout': limit, 'failures': failures}


def size_of(check, attribute):
  value = getattr(check, attribute, None)
  is_size = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
  return value if is_size else None


def find(request):
  return files[request['path']][request['name']]


def check(request):
  answer = find(request).Check()
  if isinstance(answer, bool):
    return int(answer)
  if isinstance(answer, (int, float)) and math.isfinite(answer):
    return answer
  raise TypeError('Check() answered %r (expected a number)' % (answer,))


def diagnosis(request, code):
  description, actions = find(request).Diagnose(code)
  return str(description), list(actions)


def diagnose(request):
  description, actions = diagnosis(request, request['code'])
  return {'description': description, 'actions': [action_doc(action) for action in actions]}


def action_doc(action):
  parameters, takes_rest, takes_any_name = [], False, False
  for parameter in inspect.signature(action).parameters.values():
    if parameter.kind is parameter.VAR_POSITIONAL:
      takes_rest = True
    elif parameter.kind is parameter.VAR_KEYWORD:
      takes_any_name = True
    elif parameter.name not in ('self', 'cls'):
      required = parameter.default is parameter.empty
      default = None if required else plain(parameter.default)
      parameters.append({'name': parameter.name, 'isRequired': required, 'defaultValue': default})
  options = {name: value for name, value in getattr(action, '__dict__', {}).items() if is_plain(value)}
  return {
      'name': action.__name__,
      'info': inspect.getdoc(action),
      'parameters': parameters,
      'takesRest': takes_rest,
      'takesAnyName': takes_any_name,
      'options': options,
  }


def is_plain(value):
  try:
    json.dumps(value)
    return True
  except (TypeError, ValueError):
    return False


def plain(value):
  return value if is_plain(value) else repr(value)


def act(request):
  action = offer(request)
  action(*request['args'], **request['kwargs'])


def offer(request):
  """The function itself; a check that remembers what it saw has seen nothing in this process yet, so it looks if it has to."""
  for code in (lambda: request['code'], lambda: check(request)):
    for action in diagnosis(request, code())[1]:
      if action.__name__ == request['action']:
        return action
  raise LookupError('%s does not offer %s any more' % (request['name'], request['action']))


WORK = {'load': load, 'check': check, 'diagnose': diagnose, 'act': act}


def carry_out(request):
  try:
    send({'id': request['id'], 'result': WORK[request['do']](request)})
  except (KeyboardInterrupt, SystemExit) as error:
    send({'id': request['id'], 'fault': 'ended itself: %r' % (error,)})
  except BaseException:
    send({'id': request['id'], 'fault': traceback.format_exc(limit=-8)})


def main():
  resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
  threading.stack_size(STACK)
  for line in channel.makefile('r', encoding='utf-8'):
    request = json.loads(line)
    # Loading comes first, in its order; everything else side by side.
    if request['do'] == 'load':
      carry_out(request)
    else:
      threading.Thread(target=carry_out, args=(request,), daemon=True).start()
  sys.stdout.flush()
  sys.stderr.flush()
  os._exit(0)


main()
