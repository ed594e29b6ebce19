"""Evaluates targets with the functions of an installed graphite-web over given series.

Reads {"series": [{"name", "first", "step", "values"}], "targets": [...], "from", "until"} from its standard input, in epoch seconds;
writes for each target {"series": [{"name", "start", "end", "step", "values"}]} or {"error": "..."}, and the names of all functions.
"""
import atexit
import fnmatch
import json
import os
import re
import shutil
import sys
import tempfile
from datetime import datetime, timezone

FOLDER = tempfile.mkdtemp(prefix='opsbro-graphite-')
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
with open(os.path.join(FOLDER, 'opsbro_graphite_settings.py'), 'w', encoding='utf-8') as settings_file:
    settings_file.write(
        f"SECRET_KEY = 'test'\nSTORAGE_DIR = CONF_DIR = LOG_DIR = WHISPER_DIR = {FOLDER!r}\n"
        f"GRAPHITE_ROOT = '/usr/share/graphite-web'\nSTANDARD_DIRS = [{FOLDER!r}]\nINDEX_FILE = {FOLDER + '/index'!r}\n"
        f"CARBONLINK_HOSTS = []\nTIME_ZONE = 'UTC'\n"
        f"DATABASES = {{'default': {{'NAME': {FOLDER + '/db'!r}, 'ENGINE': 'django.db.backends.sqlite3'}}}}\n"
    )
sys.path.insert(0, FOLDER)
os.environ['GRAPHITE_SETTINGS_MODULE'] = 'opsbro_graphite_settings'
os.environ['DJANGO_SETTINGS_MODULE'] = 'graphite.settings'
os.environ['TZ'] = 'UTC'

import django  # noqa: E402

django.setup()

from graphite.functions import SeriesFunctions  # noqa: E402
from graphite.render import evaluator  # noqa: E402
from graphite.render.datalib import TimeSeries  # noqa: E402

asked = json.load(sys.stdin)
stored = sorted(asked['series'], key=lambda series: series['name'])


def fits(pattern, name):
    """Whether a path with * ? [] {} fits a name, element by element."""
    ways = [pattern]
    while any('{' in way for way in ways):
        ways = [
            way[: found.start()] + choice + way[found.end():]
            for way in ways
            for found in [re.search(r'\{([^{}]*)\}', way)]
            for choice in (found.group(1).split(',') if found else [''])
        ]
    elements = name.split('.')
    return any(
        len(way.split('.')) == len(elements)
        and all(fnmatch.fnmatchcase(element, part) for element, part in zip(elements, way.split('.')))
        for way in ways
    )


def fetch(context, path):
    """The stored series that fit, cut to the time that is asked for."""
    since, until = (int(context[key].timestamp()) for key in ('startTime', 'endTime'))
    found = []
    for series in stored:
        if not fits(path, series['name']):
            continue
        first, step, values = series['first'], series['step'], series['values']
        start, end = since // step * step + step, until // step * step + step
        places = range((start - first) // step, (end - first) // step)
        cut = [values[place] if 0 <= place < len(values) else None for place in places]
        tags = {'name': series['name']}
        found.append(TimeSeries(series['name'], start, end, step, cut, tags=tags, pathExpression=path, xFilesFactor=0))
    return found


evaluator.fetchData = fetch
evaluator.prefetchData = lambda context, paths: None


def shown(series):
    """A series as it would be shown."""
    count = (int(series.end) - int(series.start)) // int(series.step) + 1
    return {
        'name': series.name,
        'start': series.start,
        'end': series.end,
        'step': series.step,
        'values': list(series)[:count],
    }


def evaluated(target):
    """What a target is worth, or why it is worth nothing."""
    context = {
        'startTime': datetime.fromtimestamp(asked['from'], timezone.utc),
        'endTime': datetime.fromtimestamp(asked['until'], timezone.utc),
        'now': datetime.fromtimestamp(asked['until'], timezone.utc),
        'tzinfo': timezone.utc,
        'data': [],
        'localOnly': True,
        'prefetch': {},
        'template': {},
        'xFilesFactor': 0,
    }
    try:
        return {'series': [shown(series) for series in evaluator.evaluateTarget(context, target)]}
    except Exception as error:  # what went wrong is the answer
        return {'error': f'{type(error).__name__}: {error}'}


json.dump({'functions': sorted(SeriesFunctions()), 'answers': [evaluated(target) for target in asked['targets']]}, sys.stdout)
