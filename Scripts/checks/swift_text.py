"""Swift source as far as the checks need it: text without strings and comments, and its blocks."""
import re


def blanked(text):
    """The text with strings and comments blanked out, line ends kept."""
    out, i, n = [], 0, len(text)

    def skip(end):
        out.append("".join(c if c == "\n" else " " for c in text[i:end]))
        return end

    while i < n:
        if text.startswith("//", i):
            end = text.find("\n", i)
            i = skip(n if end < 0 else end)
        elif text.startswith("/*", i):
            i = skip(text.index("*/", i) + 2)
        elif match := re.compile(r'(#*)("""|")').match(text, i):
            hashes, quote = match.groups()
            i = skip(end_of_string(text, match.end(), quote, hashes))
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def end_of_string(text, i, quote, hashes):
    close, escape = quote + hashes, "\\" + hashes
    while i < len(text):
        if text.startswith(close, i):
            return i + len(close)
        if text.startswith(escape + "(", i):
            i = end_of_parenthesis(text, i + len(escape) + 1)
        elif text.startswith(escape, i):
            i += len(escape) + 1
        else:
            i += 1
    return i


def end_of_parenthesis(text, i):
    depth = 1
    while depth and i < len(text):
        if match := re.compile(r'(#*)("""|")').match(text, i):
            i = end_of_string(text, match.end(), match[2], match[1])
            continue
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        i += 1
    return i


def end_of_block(code, start):
    """Where the block ends whose opening brace is at `start`."""
    depth = 0
    for i in range(start, len(code)):
        depth += {"{": 1, "}": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return len(code)


def line_of(text, i):
    return text.count("\n", 0, i) + 1
