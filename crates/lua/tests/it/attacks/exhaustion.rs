//! Loops everywhere a callback can hide, and bombs of every kind of value.

use crate::attacks::Attack;
use crate::attacks::Ends::{OutOfMemory, Output, Refused, Result, Returns, Somehow, Stopped};
use crate::attacks::bench::run_all;

#[test]
fn a_loop_ends_at_the_limit_wherever_it_hides() {
    run_all(LOOPS);
}

#[test]
fn a_bomb_ends_at_the_memory_limit_and_the_process_stays_small() {
    run_all(BOMBS);
}

#[test]
fn endless_output_and_monstrous_errors_do_not_break_the_record() {
    run_all(OUTPUT);
}

const LOOPS: &[Attack] = &[
    ("while", Stopped, "while true do end"),
    ("repeat", Stopped, "repeat until false"),
    ("for", Stopped, "for i = 1, math.huge do end"),
    ("iterator", Stopped, "for _ in function() return 1 end do end"),
    (
        "__iter",
        Stopped,
        "for _ in setmetatable({}, {__iter = function() return function() return 1 end end}) do end",
    ),
    ("protected loop", Stopped, "while true do pcall(function() while true do end end) end"),
    ("protected recursion", Stopped, "local function f() pcall(f) pcall(f) end f()"),
    ("protected error", Stopped, "while true do pcall(error, {}) end"),
    ("handler", Stopped, "while true do xpcall(error, function() while true do end end) end"),
    ("recursive handler", Stopped, "local function f() xpcall(f, f) f() end f()"),
    (
        "coroutine",
        Stopped,
        "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
    ),
    ("many coroutines", Stopped, "while true do coroutine.wrap(function() coroutine.yield() end)() end"),
    (
        "coroutine in coroutine",
        Stopped,
        "local function f() while true do pcall(coroutine.wrap(f)) end end f()",
    ),
    (
        "parallel",
        Stopped,
        "app.parallel({function() while true do end end, function() while true do end end})",
    ),
    ("many parallel", Stopped, "while true do app.parallel({function() end}) end"),
    ("sort", Stopped, "table.sort({3, 2, 1}, function() while true do end end)"),
    ("gsub", Stopped, "string.rep('a', 100):gsub('.', function() while true do end end)"),
    (
        "gsub table",
        Stopped,
        "('a'):gsub('.', setmetatable({}, {__index = function() while true do end end}))",
    ),
    ("__index", Stopped, "return setmetatable({}, {__index = function() while true do end end}).x"),
    ("__newindex", Stopped, "setmetatable({}, {__newindex = function() while true do end end}).x = 1"),
    (
        "__eq",
        Stopped,
        "local m = {__eq = function() while true do end end} return setmetatable({}, m) == setmetatable({}, m)",
    ),
    (
        "__lt in sort",
        Stopped,
        "local m = {__lt = function() while true do end end} table.sort({setmetatable({}, m), setmetatable({}, m)})",
    ),
    ("__tostring", Stopped, "print(setmetatable({}, {__tostring = function() while true do end end}))"),
    (
        "__tostring of an error",
        Stopped,
        "print(select(2, pcall(error, setmetatable({}, {__tostring = function() while true do end end}))))",
    ),
    ("__concat", Stopped, "return setmetatable({}, {__concat = function() while true do end end}) .. ''"),
    (
        "__len and __call",
        Stopped,
        "local t = setmetatable({}, {__call = function(f) while true do pcall(f) end end}) t()",
    ),
    ("foreach", Stopped, "table.foreach({1}, function() while true do end end)"),
    ("move", Stopped, "table.move({}, 1, 2 ^ 40, 2, {})"),
    ("move without end", Stopped, "table.move({}, 1, math.huge, 2, {})"),
    ("namespaces", Stopped, "local a = app while true do a = a.b or app end"),
    ("unknown accounts", Somehow, "while true do local f = close['x' .. math.random()] end"),
    ("clock", Stopped, "while true do os.clock() os.time() os.date() end"),
    ("dates", Stopped, "while true do pcall(dates.today, 'Nowhere/Else') end"),
    ("garbage", Stopped, "while true do local t = {{}, {}, {}, 'x' .. math.random()} end"),
    (
        "weak tables",
        Stopped,
        "local t = setmetatable({}, {__mode = 'kv'}) while true do pcall(function() t[{}] = {} end) end",
    ),
    ("catastrophic pattern", Stopped, "string.rep('a', 50000):find('a*a*a*a*a*b')"),
    ("catastrophic gmatch", Stopped, "for _ in string.rep('a', 50000):gmatch('a-a-a-a-b') do end"),
    ("catastrophic gsub", Stopped, "string.rep('a', 50000):gsub('(a*)(a*)(a*)b', '')"),
    ("balanced pattern", Stopped, "string.rep('(', 2000000):match('%b()')"),
    ("back reference", Stopped, "string.rep('a', 1000000):match('(a*)%1b')"),
    ("quadratic regex", Stopped, "regex.match_all(string.rep('a', 1000000), 'a.*z|a')"),
];

const BOMBS: &[Attack] = &[
    ("rep", OutOfMemory, "return #string.rep('x', 2 ^ 30)"),
    ("doubling", OutOfMemory, "local s = 'x' while true do s = s .. s end"),
    (
        "protected doubling",
        Stopped,
        "while true do pcall(function() local s = 'x' while true do s = s .. s end end) end",
    ),
    (
        "constant folding",
        OutOfMemory,
        "local a = 'xxxxxxxxxxxxxxxx' local b = a..a..a..a local c = b..b..b..b local d = c..c..c..c local e = d..d..d..d local f = e..e..e..e local g = f..f..f..f local h = g..g..g..g local i = h..h..h..h local j = i..i..i..i local k = j..j..j..j return #k",
    ),
    ("nested tables", OutOfMemory, "local t = {} while true do t = {t} end"),
    ("growing list", OutOfMemory, "local t = {} while true do t[#t + 1] = #t end"),
    ("growing names", Somehow, "local t = {} local i = 0 while true do i += 1 t['k' .. i] = i end"),
    ("create", Somehow, "table.create(2 ^ 26, 0)"),
    ("buffer", OutOfMemory, "buffer.create(2 ^ 30)"),
    ("closures", OutOfMemory, "local t = {} for i = 1, 1e9 do t[i] = function() return i end end"),
    (
        "coroutines",
        OutOfMemory,
        "local t = {} while true do t[#t + 1] = coroutine.create(function() coroutine.yield() end) coroutine.resume(t[#t]) end",
    ),
    ("workers", OutOfMemory, "local t = {} for i = 1, 1e6 do t[i] = function() end end app.parallel(t)"),
    ("recursion", Refused, "local function f() return 1 + f() end return f()"),
    ("recursion of coroutines", Refused, "local function f() return coroutine.wrap(f)() end return f()"),
    ("recursion of callbacks", Somehow, "local function f() return (('x'):gsub('x', f)) end return f()"),
    (
        "chain of metatables",
        Refused,
        "local t = {} for i = 1, 500 do t = setmetatable({}, {__index = t}) end setmetatable(t, {__index = t}) return t.x",
    ),
    ("too many values", Somehow, "local t = table.create(900000, 1) print(unpack(t))"),
    ("pack", OutOfMemory, "return #string.pack('c1000000000', '')"),
    ("gsub growth", OutOfMemory, "local s = string.rep('a', 100000) return #s:gsub('a', s)"),
    ("gsub groups", Somehow, "return #string.rep('a', 10):gsub('(b*)', string.rep('%1', 2000000))"),
    ("split", Somehow, "return #string.split(string.rep(',', 4000000))"),
    ("decode wide", Somehow, "return #json.decode('[' .. string.rep('1,', 1000000) .. '1]')"),
    ("decode deep", Refused, "return json.decode(string.rep('[', 100000))"),
    ("decode a long number", Somehow, "return json.decode(string.rep('1', 4000000))"),
    ("decode escapes", Somehow, "return #json.decode('\"' .. string.rep('\\\\u0041', 600000) .. '\"')"),
    (
        "decode from within callbacks",
        Somehow,
        "local d = string.rep('[', 511) .. string.rep(']', 511) local n = 0 local function f() n += 1 if n > 150 then return json.decode(d) and '' end return (('x'):gsub('x', f)) end return f()",
    ),
    (
        "encode deep and wide",
        Refused,
        "local t = table.create(20000, 1) for i = 1, 500 do t = {t} end return #json.encode(t)",
    ),
    ("encode wide", Refused, "return #json.encode(table.create(900000, 1))"),
    (
        "encode what multiplies",
        Somehow,
        "local t = {1} for i = 1, 100 do t = {a = t, b = t} end return #json.encode(t)",
    ),
    (
        "encode sparse",
        Somehow,
        "local t = json.array() for i = 1, 200000 do t[2 * i] = 1 end return #json.encode(t)",
    ),
    ("encode control characters", Somehow, "return #json.encode(string.rep('\\1', 3000000))"),
    ("readable wide", Somehow, "return #tostring(table.create(900000, 1))"),
    ("readable names", Somehow, "local t = {} for i = 1, 200000 do t['k' .. i] = i end return #tostring(t)"),
    (
        "readable deep and wide",
        Somehow,
        "local t = table.create(50000, 1) for i = 1, 500 do t = {t} end return #tostring(t)",
    ),
    (
        "readable what multiplies",
        Somehow,
        "local t = {1} for i = 1, 100 do t = {t, t} end return #tostring(t)",
    ),
    (
        "readable long names",
        Somehow,
        "local t = {} for i = 1, 12 do t[string.rep('k', 1000000) .. i] = i end return #tostring(t)",
    ),
    (
        "out of memory while writing",
        Somehow,
        "local t = {} for i = 1, 20000 do t['k' .. i] = 'v' .. i end local fill = {} pcall(function() while true do fill[#fill + 1] = string.rep('x', 500) .. #fill end end) pcall(tostring, t) pcall(json.encode, t)",
    ),
    ("paths", Somehow, "local h = string.rep('x', 4000000) for i = 1, 900 do pcall(close[h]) end"),
    (
        "account names",
        Somehow,
        "local h = string.rep('x', 4000000) for i = 1, 900 do pcall(close[h].list_leads) end",
    ),
    (
        "arguments",
        Somehow,
        "local h = string.rep('x', 2000000) for i = 1, 900 do pcall(close.list_leads, {[h] = 1}) end",
    ),
    (
        "argument lists",
        Somehow,
        "local t = table.create(200000, 1) for i = 1, 900 do pcall(close.list_leads, {query = t}) end",
    ),
    (
        "many arguments",
        Somehow,
        "local t = table.create(200000, 1) for i = 1, 900 do pcall(close.list_leads, unpack(t)) end",
    ),
];

const OUTPUT: &[Attack] = &[
    ("endless lines", Output, "while true do print('line') end"),
    ("endless lines, protected", Output, "while true do pcall(print, 'line') end"),
    ("one long line", Output, "print(string.rep('x', 2000000))"),
    ("not UTF-8", Output, "print(string.rep('\\xff', 3000000))"),
    ("dumped table", Output, "dump(table.create(15000, 'x'))"),
    ("long result", Result, "return string.rep('x', 8000000)"),
    ("result that is not UTF-8", Result, "return string.rep('\\xff', 8000000)"),
    ("wide result", Result, "return table.create(900000, 1)"),
    ("deep result", Somehow, "local t = {} for i = 1, 400 do t = {t} end return t"),
    ("result that multiplies", Result, "local t = {1} for i = 1, 100 do t = {t, t} end return t"),
    ("circular result", Returns, "local t = {} t.t = t return t"),
    (
        "result without JSON",
        Returns,
        "return print, coroutine.create(print), 0 / 0, math.huge, buffer.create(1), vector.create(1, 2, 3), '\\xff'",
    ),
    ("long error", Refused, "error(string.rep('x', 8000000), 0)"),
    ("error that is not UTF-8", Refused, "error(string.rep('\\xff', 8000000), 0)"),
    ("error of a wide table", Somehow, "error(table.create(90000, 'x'))"),
    ("error of nil", Refused, "error(nil)"),
    ("error of false", Refused, "error(false)"),
    ("error of a number", Refused, "error(0 / 0)"),
    ("error of a function", Refused, "error(print)"),
    ("error of a coroutine", Refused, "error(coroutine.create(print))"),
    ("error of a buffer", Refused, "error(buffer.create(8))"),
    ("error of a vector", Refused, "error(vector.create(1, 2, 3))"),
    ("error of null", Refused, "error(json.null)"),
    ("error of a circular table", Refused, "local t = {} t.t = t error(t)"),
    (
        "error that pretends",
        Refused,
        "error(setmetatable({class = 'cancelled', text = 'x'}, {__metatable = 'error'}))",
    ),
];
