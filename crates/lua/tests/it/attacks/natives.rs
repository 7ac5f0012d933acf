//! Functions of the libraries with sizes at which one call takes long. Nothing can interrupt such a call, so it
//! has to be short, or be refused, and the first step after it has to notice the clock.

use crate::attacks::Attack;
use crate::attacks::Ends::{Refused, Somehow, Stopped};
use crate::attacks::bench::run_all;

#[test]
fn no_function_of_a_library_holds_the_thread() {
    run_all(CALLS);
}

#[test]
fn no_pattern_and_no_regular_expression_holds_the_thread() {
    run_all(PATTERNS);
}

const CALLS: &[Attack] = &[
    ("rep", Somehow, "while true do local s = string.rep('a', 4000000) end"),
    ("upper", Somehow, "local s = string.rep('a', 4000000) while true do local t = s:upper() end"),
    ("reverse", Somehow, "local s = string.rep('a', 4000000) while true do local t = s:reverse() end"),
    ("byte", Stopped, "local s = string.rep('a', 200000) while true do s:byte(1, -1) end"),
    ("char", Somehow, "local t = table.create(200000, 65) while true do string.char(unpack(t)) end"),
    (
        "compare",
        Stopped,
        "local p = string.rep('a', 4000000) local a, b = p .. '1', p .. '2' while true do local x = a < b end",
    ),
    (
        "format %q",
        Somehow,
        "local s = string.rep('\\0', 1000000) while true do pcall(string.format, '%q', s) end",
    ),
    ("format many", Stopped, "local s = string.rep('%d', 1000) while true do pcall(string.format, s) end"),
    ("pack", Somehow, "string.pack(string.rep('<', 8000000))"),
    ("packsize", Somehow, "string.packsize(string.rep('i16', 2000000))"),
    (
        "unpack",
        Somehow,
        "local s = string.rep('a', 200000) while true do pcall(string.unpack, string.rep('b', 200000), s) end",
    ),
    ("tonumber", Stopped, "local s = string.rep('1', 8000000) while true do tonumber(s) end"),
    (
        "tonumber of a fraction",
        Somehow,
        "local s = '0.' .. string.rep('0', 4000000) .. '1' while true do tonumber(s) end",
    ),
    ("find", Stopped, "local s = string.rep('a', 8000000) while true do s:find('b') end"),
    (
        "plain find of half a text",
        Somehow,
        "string.rep('a', 4000000):find(string.rep('a', 2000000) .. 'b', 1, true)",
    ),
    ("split", Stopped, "local s = string.rep(',', 200000) while true do string.split(s) end"),
    (
        "split by a long text",
        Somehow,
        "string.split(string.rep('a', 4000000), string.rep('a', 2000000) .. 'b')",
    ),
    ("concat", Somehow, "local t = table.create(200000, 'ab') while true do local s = table.concat(t) end"),
    (
        "insert",
        Stopped,
        "local t = table.create(300000, 1) while true do table.insert(t, 1, 1) table.remove(t) end",
    ),
    (
        "remove",
        Stopped,
        "local t = table.create(300000, 1) while true do table.remove(t, 1) t[#t + 1] = 1 end",
    ),
    (
        "sort",
        Stopped,
        "local t = {} while true do for i = 1, 9999 do t[i] = (i * 7919) % 10007 end table.sort(t) end",
    ),
    (
        "sort of long texts",
        Stopped,
        "local p = string.rep('a', 1000000) local s = {} for i = 1, 6 do s[i] = p .. i end local t = {} for i = 1, 9999 do t[i] = s[(i * 7) % 6 + 1] end table.sort(t)",
    ),
    (
        "sort of a long list",
        Stopped,
        "local t = table.create(600000, 0) for i = 1, 600000 do t[i] = (i * 7919) % 600011 end while true do table.sort(t) end",
    ),
    (
        "clone",
        Somehow,
        "local t = {} for i = 1, 50000 do t['k' .. i] = i end while true do table.clone(t) end",
    ),
    ("maxn", Stopped, "local t = table.create(600000, 1) while true do table.maxn(t) end"),
    ("find in a table", Stopped, "local t = table.create(600000, 1) while true do table.find(t, 2) end"),
    ("clear", Stopped, "local t = table.create(600000, 1) while true do table.clear(t) end"),
    ("unpack a table", Stopped, "local t = table.create(200000, 1) while true do select('#', unpack(t)) end"),
    ("unpack past the end", Somehow, "for i = 1, 100 do pcall(unpack, {}, 1, 2 ^ 30) end"),
    ("concat past the end", Refused, "return table.concat({}, '', 1, 2 ^ 31 - 1)"),
    (
        "holes",
        Somehow,
        "local t = {} for i = 0, 30 do t[2 ^ i] = 1 end for _, f in {table.insert, table.remove} do pcall(f, t, 1, 1) end pcall(table.sort, t) pcall(table.concat, t)",
    ),
    ("utf8.len", Stopped, "local s = string.rep('é', 2000000) while true do utf8.len(s) end"),
    (
        "utf8.offset",
        Stopped,
        "local s = string.rep('\\x80', 4000000) while true do pcall(utf8.offset, s, 5) end",
    ),
    ("utf8.char", Somehow, "local t = table.create(200000, 233) while true do utf8.char(unpack(t)) end"),
    (
        "buffer",
        Somehow,
        "local b = buffer.create(8000000) while true do buffer.fill(b, 0, 1) buffer.copy(b, 0, b) end",
    ),
    (
        "bit32",
        Stopped,
        "while true do bit32.rrotate(2 ^ 52, 2 ^ 30) bit32.band(unpack(table.create(1000, 1))) end",
    ),
    (
        "math",
        Stopped,
        "while true do math.random() math.noise(1e300, 2) math.pow(2, 1e308) math.max(unpack(table.create(1000, 1))) end",
    ),
    ("os.date", Refused, "return #os.date(string.rep('%c', 600000))"),
    ("os.time", Stopped, "while true do os.time({year = 2 ^ 30, month = 2 ^ 30, day = 2 ^ 30}) end"),
    ("dates", Refused, "dates.add_days(string.rep('\\1', 8000000), 1)"),
    ("zones", Refused, "dates.today(string.rep('../', 1000000))"),
    (
        "traceback",
        Somehow,
        "local function f(n) if n == 0 then while true do debug.traceback() end end return 1 + f(n - 1) end f(15000)",
    ),
    (
        "names that might resolve",
        Somehow,
        "local h = string.rep('x', 2000000) while true do local x = close[h .. 'a'] end",
    ),
    ("print many", Somehow, "print(unpack(table.create(200000, 1)))"),
    (
        "dropping a full interpreter",
        Stopped,
        "local t = {} pcall(function() while true do t = {t, {}} end end) while true do end",
    ),
];

const PATTERNS: &[Attack] = &[
    ("a long set", Refused, "string.rep('a', 1000000):match('[' .. string.rep('b', 1000000) .. 'a]*c')"),
    (
        "a long set in gsub",
        Refused,
        "string.rep('a', 1000000):gsub('[' .. string.rep('b', 1000000) .. 'a]+', '')",
    ),
    (
        "a long set in gmatch",
        Refused,
        "for _ in string.rep('a', 1000000):gmatch('[' .. string.rep('b', 1000000) .. 'a]+') do end",
    ),
    (
        "a long set in find",
        Refused,
        "string.rep('a', 1000000):find('[^' .. string.rep('%]', 500000) .. ']+c')",
    ),
    ("a long frontier", Refused, "string.rep('a', 1000000):match('%f[' .. string.rep('b', 1000000) .. ']')"),
    (
        "a set as long as may be",
        Somehow,
        "string.rep('a', 1000000):match('^[' .. string.rep('b', 30) .. 'a]*c')",
    ),
    ("a long text", Stopped, "local s = string.rep('a', 8000000) while true do s:match('^.*$') end"),
    ("a long pattern", Somehow, "string.rep('a', 4000000):match(string.rep('a', 2000000) .. 'b')"),
    ("empty matches", Somehow, "return #string.rep('a', 2000000):gsub('', '')"),
    ("regex: megabytes", Refused, "regex.match('a', string.rep('a', 8000000))"),
    ("regex: alternatives", Refused, "regex.match('a', string.rep('a|', 100000))"),
    ("regex: groups", Refused, "regex.match('a', string.rep('()', 2000))"),
    ("regex: nesting", Refused, "regex.match('a', string.rep('(', 2000) .. string.rep(')', 2000))"),
    ("regex: repetition", Refused, "regex.match('a', '((a{1000}){1000}){1000}')"),
    ("regex: classes", Refused, "regex.match('a', string.rep('\\\\pL', 1000), 'iu')"),
    (
        "regex: classes in a class",
        Refused,
        "regex.match('a', '[' .. string.rep('\\\\pL', 1000) .. ']', 'iu')",
    ),
    (
        "regex: as many classes as may be",
        Somehow,
        "regex.match('a', '[' .. string.rep('\\\\pL', 99) .. ']', 'iu')",
    ),
    ("regex: ranges", Refused, "regex.match('a', '(?iu)' .. string.rep('[\\\\x{0}-\\\\x{10ffff}]', 200))"),
    (
        "regex: as many ranges as may be",
        Somehow,
        "regex.match('a', '(?iu)' .. string.rep('[\\\\x{0}-\\\\x{10ffff}]', 19))",
    ),
    (
        "regex: a state for each byte",
        Stopped,
        "local t = {} for i = 1, 100000 do t[i] = math.random(2) == 1 and 'a' or 'b' end local s = table.concat(t) while true do regex.match(s, '[ab]*a[ab]{200}c') end",
    ),
    (
        "regex: many states",
        Stopped,
        "local t = {} for i = 1, 20000 do t[i] = math.random(2) == 1 and 'a' or 'b' end local s = table.concat(t) while true do regex.match(s, '[ab]*a[ab]{1500}c') end",
    ),
    (
        "regex: groups of a long match",
        Somehow,
        "regex.match(string.rep('a', 20000), '(a{0,300})*(a{0,300})*b?$')",
    ),
    (
        "regex: a long replacement",
        Refused,
        "regex.gsub(string.rep('a', 100), 'a', string.rep('$1', 4000000))",
    ),
    (
        "regex: replacements that multiply",
        Somehow,
        "return #regex.gsub(string.rep('a', 20000), '(a+)', string.rep('$1', 8000))",
    ),
    ("regex: many matches", Stopped, "while true do regex.match_all(string.rep('a', 100000), 'a') end"),
    ("regex: many groups", Somehow, "regex.match_all(string.rep('a', 100000), string.rep('(a?)', 90))"),
    (
        "regex: a long text",
        Stopped,
        "local s = string.rep('ab', 2000000) while true do regex.match(s, '(a|b)*a(a|b){12}c') end",
    ),
];
