"""Serves graphite-web at a port, over whisper files that hold the same values as the agent: FOLDER PORT SERIES POINTS STEP END."""
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

folder = sys.argv[1]
port, count, points, step, end = (int(word) for word in sys.argv[2:])
data = os.path.join(folder, 'data')
os.makedirs(os.path.join(data, 'b'))
with open(os.path.join(folder, 'bench_graphite_settings.py'), 'w', encoding='utf-8') as settings:
    settings.write(
        f"SECRET_KEY = 'bench'\nCONF_DIR = LOG_DIR = {folder!r}\nSTORAGE_DIR = WHISPER_DIR = {data!r}\n"
        f"GRAPHITE_ROOT = '/usr/share/graphite-web'\nSTANDARD_DIRS = [{data!r}]\nINDEX_FILE = {folder + '/index'!r}\n"
        "ALLOWED_HOSTS = ['*']\nCARBONLINK_HOSTS = []\nTIME_ZONE = 'UTC'\n"
        "LOG_RENDERING_PERFORMANCE = LOG_CACHE_PERFORMANCE = False\n"
        f"DATABASES = {{'default': {{'NAME': {folder + '/db'!r}, 'ENGINE': 'django.db.backends.sqlite3'}}}}\n"
    )
sys.path.insert(0, folder)
os.environ['GRAPHITE_SETTINGS_MODULE'] = 'bench_graphite_settings'
os.environ['DJANGO_SETTINGS_MODULE'] = 'graphite.settings'

import whisper  # noqa: E402

for at in range(count):
    path = os.path.join(data, 'b', f's{at}.wsp')
    whisper.create(path, [(step, points + 1)])
    whisper.update_many(path, [(end - back * step, ((at * 31 + back * 7) % 1000) / 10) for back in range(points)])

from django.core.management import call_command  # noqa: E402
from graphite.wsgi import application  # noqa: E402

call_command('migrate', run_syncdb=True, verbosity=0)


class Silent(WSGIRequestHandler):
    """Says nothing of requests."""

    def log_message(self, *_):
        pass


print('ready', flush=True)
make_server('127.0.0.1', port, application, handler_class=Silent).serve_forever()
