"""Records what CPython makes of random expressions, for test/expressions/cpython.test.ts.

Run by hand: python3 test/expressions/cpython-pairs.py > test/fixtures/expressions/cpython-pairs.json
Left out: what differs by design (whole floats print without a point, integers beyond 2**53, complex results).
"""
import json
import random

random.seed(20)
EXACT = 2 ** 53


class Skip(Exception):
    pass


def fits(value):
    if isinstance(value, complex):
        raise Skip
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
        raise Skip
    if isinstance(value, float) and (value != value or value in (float('inf'), float('-inf'))):
        raise Skip
    return value


def leaf():
    kind = random.random()
    if kind < 0.6:
        return str(random.randint(0, 12))
    if kind < 0.8:
        return repr(round(random.uniform(0, 10), random.randint(1, 4)))
    return random.choice(['True', 'False', '0', '1', '0.5', '100'])


def tree(depth):
    if depth == 0 or random.random() < 0.15:
        return leaf()
    kind = random.random()
    left, right = tree(depth - 1), tree(depth - 1)
    if kind < 0.5:
        return '%s %s %s' % (left, random.choice(['+', '-', '*', '/', '%', '+', '-', '*']), right)
    if kind < 0.56:
        return '%s ** %s' % (left, random.choice(['2', '3', '-1', '0.5', '0', right]))
    if kind < 0.62:
        return '-%s' % left
    if kind < 0.72:
        return '(%s)' % left
    if kind < 0.82:
        return '%s %s %s' % (left, random.choice(['<', '<=', '>', '>=', '==', '!=']), right)
    if kind < 0.86:
        return '%s < %s <= %s' % (left, right, leaf())
    if kind < 0.94:
        return '%s %s %s' % (left, random.choice(['and', 'or']), right)
    if kind < 0.97:
        return '%s if %s else %s' % (left, right, leaf())
    return 'not %s' % left


def check_parts(text):
    """Every part must stay exact, else the two languages differ for a reason that is known."""
    import ast

    def visit(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                visit(child)
        fits(eval(compile(ast.Expression(node), '', 'eval')))

    visit(ast.parse(text, mode='eval').body)


def outcome(text):
    try:
        return fits(eval(text))
    except ZeroDivisionError:
        return 'ERR ZERO_DIVISION'
    except OverflowError:
        return 'ERR LIMIT'


def arithmetic(count):
    pairs = []
    while len(pairs) < count:
        text = tree(random.randint(1, 4))
        try:
            value = outcome(text)
            try:
                check_parts(text)
            except (ZeroDivisionError, OverflowError):
                # Parts that are not evaluated may fail without harm, those that are fail with the whole.
                pass
            if len(text) < 200 and not text.count('**') > 2:
                pairs.append([text, value])
        except (Skip, SyntaxError, TypeError):
            continue
    return pairs


def formats(count):
    pairs = []
    flags = ['', '', '', '-', '+', ' ', '0', '#', '+0', '-#', '0#']
    while len(pairs) < count:
        flag, width = random.choice(flags), random.choice(['', '', '3', '8', '12'])
        precision = random.choice(['', '', '.0', '.1', '.2', '.3', '.10'])
        kind = random.choice('dixXofFeEgGsr')
        if kind in 'feEgGF':
            value = random.choice([0.5, 1.5, 2.5, 0.125, 1e21, 1e-7, 123456.789, 0.1, 100, 1e300, 5e-324, 0, 99999.5,
                                   0.00001234, 9.995, 2.675, random.uniform(-1000, 1000), random.uniform(0, 1) * 10 ** random.randint(-30, 30)])
        elif kind in 'sr':
            value = random.choice(['', 'abc', "it's", 'a"b', 'é\n', 'tab\tx', 7, None, True, [1, 'a'], ('x',), {'k': [1]}])
            flag = flag.replace('0', '').replace('#', '').replace('+', '').replace(' ', '')
        else:
            value = random.randint(-70000, 70000)
        text = '%r %% (%r,)' % ('<%' + flag + width + precision + kind + '>', value)
        pairs.append([text, eval(text)])
    return pairs


def texts():
    lines = [
        "'a,b,,c'.split(',')", "'a,b,,c'.split(',', 1)", "'a,b,,c'.rsplit(',', 2)", "'  a  b c '.split()",
        "'  a  b c '.split(None, 1)", "'  a  b c '.rsplit(None, 1)", "''.split()", "''.split(',')", "'xxaxx'.strip('x')",
        "'xyaxy'.lstrip('yx')", "'xyaxy'.rstrip('yx')", "' a '.strip()", "'hello world'.title()", "'abcabc'.find('c')",
        "'abcabc'.find('c', 3)", "'abcabc'.find('z')", "'abcabc'.find('', 6)", "'abcabc'.find('', 7)", "'abcabc'.count('bc')",
        "'abc'.count('')", "'aaa'.replace('a', 'b', 2)", "'abc'.replace('', '-')", "'abc'.startswith('ab')",
        "'abc'.endswith(('x', 'c'))", "'12'.isdigit()", "''.isdigit()", "'1.2'.isdigit()", "'-'.join(['a', 'b'])",
        "'a\\x41\\u00e9\\101\\d\\n'", "'é€' < 'é😀'", "'😀'[0]", "len('😀é')", "[1, 2, 1].count(1)", "(1, 2).index(2)",
        "[1, [2, 3]] == [1, [2, 3]]", "{'a': 1} == {'a': 1.0}", "[1, 2] < [1, 3]", "(1, 2) < (1, 2, 0)", "[True] == [1]",
        "None == 0", "'' == 0", "{1: 'a'}[True]", "1 in [True]", "round(2.5)", "round(3.5)", "round(2.675, 2)", "round(1234, -2)",
        "int(-3.9)", "int(' 12 ')", "float('1e3') == 1000", "abs(-2.5)", "max(3, 1, 2)", "min('b', 'a')", "sorted([3, 1, 2])",
        "sorted('hello')", "any([0, '', 3])", "all([])", "bool([0])", "list('ab')", "list({'a': 1})", "-7 % 3", "7 % -3", "-7.5 % 2",
        "6 & 3 | 8 ^ 1", "-1 & 255", "~0 if False else 5 ^ 3 if True else 0",
    ]
    pairs = []
    for line in lines:
        if '~' not in line:
            value = eval(line)
            pairs.append([line, list(value) if isinstance(value, tuple) else value])
    return pairs


print('[')
rows = arithmetic(500) + formats(300) + texts()
print(',\n'.join(json.dumps(row) for row in rows))
print(']')
