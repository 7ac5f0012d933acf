//! The language and its globals: a program for each line of the contract.

use serde_json::json;

use crate::support::{run, run_script};
use latch_lua::Script;

/// Programs and what they print.
fn prints(programs: &[(&str, &str)]) {
    for (source, expected) in programs {
        let record = run(source);
        assert!(record.success, "{source}\n{:?}", record.error);
        assert_eq!(record.output, *expected, "{source}");
    }
}

/// Programs and a part of the error they end with.
fn fails(programs: &[(&str, &str)]) {
    for (source, expected) in programs {
        let record = run(source);
        let error = record.error.unwrap_or_else(|| panic!("{source} succeeds"));
        assert!(error.contains(expected), "{source}\n{error}");
    }
}

#[test]
fn numbers_print_as_in_lua_5_1_and_stay_whole() {
    prints(&[
        ("print(10/2, 7 % 3, 2^10, -7 % 3, 1/3)", "5\t1\t1024\t2\t0.3333333333333333"),
        ("print(10 / 4, 100, 1e3, 0.1)", "2.5\t100\t1000\t0.1"),
        ("print(json.encode({ 10/2, 2.5, 1e15 }))", "[\n    5,\n    2.5,\n    1000000000000000\n]"),
    ]);
    assert_eq!(json!(run("return 10/2, 2^53, 0.5").result), json!([5, 9_007_199_254_740_992_i64, 0.5]));
}

#[test]
fn what_users_of_lua_5_1_write_is_there() {
    prints(&[
        ("print(unpack({ 1, 2 })) print(table.unpack({ 3, 4 }))", "1\t2\n3\t4"),
        ("print(select('#', 1, nil, 3), select(2, 'a', 'b'))", "3\tb"),
        (
            "print(pcall(error, 'x', 0)) print(xpcall(function() error('y', 0) end, function(e) return e .. '!' end))",
            "false\tx\nfalse\ty!",
        ),
        ("print(('%5.1f|%s|%q'):format(3.14159, 'a', 'b'))", "  3.1|a|\"b\""),
        ("print(('abc'):rep(2), ('abc'):sub(2, 3), ('a,b'):find(',', 1, true))", "abcabc\tbc\t2\t2"),
        ("for w in ('one two'):gmatch('%a+') do print(w) end", "one\ntwo"),
        ("print((('x y'):gsub('%s', '_')))", "x_y"),
        ("local t = { 3, 1, 2 } table.sort(t) table.insert(t, 4) print(table.concat(t, ','))", "1,2,3,4"),
        ("print(math.floor(3.7), math.max(1, 2), type(math.random()))", "3\t2\tnumber"),
        (
            "local function counter() local n = 0 return function() n = n + 1 return n end end local c = counter() c() print(c())",
            "2",
        ),
        (
            "local mt = { __index = function(_, k) return k .. '!' end } print(setmetatable({}, mt).hello)",
            "hello!",
        ),
        (
            "print(table.getn({ 1, 2 }), table.maxn({ 1, 2, [10] = 1 })) table.foreach({ 'a' }, print)",
            "2\t10\n1\ta",
        ),
        ("for w in string.gfind('a b', '%a') do print(w) end", "a\nb"),
        ("print(string.reverse('abc'), #'abc', 'a' .. 1)", "cba\t3\ta1"),
        ("print(tonumber('0x10'), tonumber('abc'), tostring(nil), rawequal(1, 1))", "16\tnil\tnil\ttrue"),
        ("function string.shout(s) return s:upper() .. '!' end print(('hey'):shout())", "HEY!"),
        ("goto_is_a_name = 1 print(goto_is_a_name)", "1"),
        (
            "print(type(os.time()), type(os.clock()), os.date('!%Y', 0), os.difftime(3, 1))",
            "number\tnumber\t1970\t2",
        ),
        ("print(os.date('%Y-%m-%d %H', 0))", "1970-01-01 00"),
        ("print(type(debug.traceback()))", "string"),
        ("print(_VERSION)", latch_lua::ENGINE),
        ("print(_G.print == print, _G.app == app, _G.close == app.integrations.close)", "true\ttrue\ttrue"),
    ]);
}

#[test]
fn what_reaches_outside_is_not_there() {
    for name in [
        "io",
        "package",
        "require",
        "load",
        "loadstring",
        "loadfile",
        "dofile",
        "collectgarbage",
        "gcinfo",
        "newproxy",
        "module",
        "getfenv",
        "setfenv",
        "string.dump",
        "os.getenv",
        "os.execute",
        "os.exit",
        "os.remove",
        "os.tmpname",
        "debug.getinfo",
        "debug.info",
        "debug.sethook",
        "debug.getregistry",
        "native",
        "jit",
    ] {
        let record = run(&format!("return {name}"));
        assert_eq!(json!(record.result), json!([null]), "{name}");
    }
}

#[test]
fn printing_and_reading_values() {
    prints(&[
        ("print('a', 1, nil, true)", "a\t1\tnil\ttrue"),
        ("print('') print('x')", "\nx"),
        ("print()", ""),
        ("print({ 1, 'two', { three = true } })", "[\n  1\n  \"two\"\n  {\n    three: true\n  }\n]"),
        ("print({ b = 1, a = 'x', [10] = 2 })", "{\n  10: 2\n  a: \"x\"\n  b: 1\n}"),
        ("print({})", "{}"),
        ("local t = { name = 'x' } t.self = t print(t)", "{\n  name: \"x\"\n  self: <circular>\n}"),
        ("local s = { 1 } print({ s, s })", "[\n  [\n    1\n  ]\n  [\n    1\n  ]\n]"),
        ("print(tostring({ 1 }) == '[\\n  1\\n]')", "true"),
        ("print(dump({ a = 1 }).a)", "{\n  a: 1\n}\n1"),
        ("print(setmetatable({}, { __tostring = function() return 'own' end }))", "own"),
        ("print(print, coroutine.create(print))", "function\tthread"),
        ("print(json.null, { json.null })", "null\t[\n  null\n]"),
        ("print(('%s'):format({ 1 }), string.format('%d', 3))", "[\n  1\n]\t3"),
    ]);
}

#[test]
fn json_keeps_lists_lists_and_objects_objects() {
    prints(&[
        (
            "local v = json.decode('{\"a\": [1, 2.5, \"x\"], \"n\": null, \"t\": true}') print(v.a[2], v.n, v.t)",
            "2.5\tnil\ttrue",
        ),
        (
            "print(json.encode(json.decode('[]')), json.encode(json.decode('{}')), json.encode({}))",
            "[]\t{}\t[]",
        ),
        ("local l = json.decode('[1]') l[1] = nil print(json.encode(l))", "[]"),
        ("print(json.encode(json.array()), json.encode({ json.null }))", "[]\t[\n    null\n]"),
        ("print(json.encode({ 1, nil, 3 }))", "{\n    \"1\": 1,\n    \"3\": 3\n}"),
        ("print(json.encode({ 1, 2, x = 3 }))", "{\n    \"1\": 1,\n    \"2\": 2,\n    \"x\": 3\n}"),
        ("print(json.encode({ name = 'Zoë / x' }))", "{\n    \"name\": \"Zoë / x\"\n}"),
        ("print(#json.decode('[1, null, 3]') <= 3, json.decode('[1, null, 3]')[3])", "true\t3"),
    ]);
    fails(&[
        ("json.decode(5)", "script:1: json.decode: expected string, got number"),
        ("json.decode('{\"a\": ')", "json.decode: "),
        ("json.decode('[1] x')", "json.decode: trailing characters"),
        ("json.encode(print)", "json.encode: the value is a function"),
        ("json.encode({ a = { 0/0 } })", "json.encode: a[1] is not a finite number"),
        ("json.encode(1/0)", "is not a finite number"),
        ("local t = {} t.t = t json.encode(t)", "json.encode: t contains itself"),
        ("json.encode('\\255')", "is not text in UTF-8"),
        ("json.decode(('['):rep(600) .. (']'):rep(600))", "nested more than 512 levels"),
    ]);
}

#[test]
fn regular_expressions_in_both_spellings() {
    prints(&[
        (
            "local m = regex.match('hello 42', '(\\\\w+) (\\\\d+)') print(m[1], m[2], m[3])",
            "hello 42\thello\t42",
        ),
        ("print(regex.match('Hello', '/(h\\\\w+)/i')[2], regex.match('Hello', 'h', 'i')[1])", "Hello\tH"),
        ("print(regex.match('abc', 'x'))", "nil"),
        (
            "local m = regex.match_all('a1 b2', '([a-z])(\\\\d)') print(#m, m[1][2], m[2][1], m[3][2])",
            "3\tb2\ta\t2",
        ),
        ("print(#regex.match_all('abc', 'x'))", "0"),
        ("print(regex.gsub('a-b-c', '-', '+'), regex.gsub('a-b-c', '-', '+', 1))", "a+b+c\ta+b-c"),
        (
            "print(regex.gsub('John Smith', '(\\\\w+) (\\\\w+)', '$2, $1'), regex.gsub('x', 'x', '${0}y'))",
            "Smith, John\txy",
        ),
        ("print(regex.match('a/b', '/')[1], regex.gsub('', 'x*', '-'))", "/\t-"),
        ("print(regex.match('foo', '(x)?foo')[2] == '')", "true"),
        ("print(#regex.match_all('äb', '.', 'u')[1], #regex.match_all('äb', '.')[1])", "2\t3"),
    ]);
    fails(&[
        ("regex.match(42, 'x')", "script:1: regex.match: expected string subject, got number"),
        ("regex.match('x')", "regex.match: expected string pattern, got nil"),
        ("regex.gsub('x', 'x', {})", "regex.gsub: expected string replacement, got table"),
        ("regex.match('x', '(')", "regex.match: the pattern does not compile: "),
        ("regex.match('x', '(?=x)')", "linear time"),
        (
            "regex.match('x', '(x)\\\\1')",
            "regex.match: the pattern does not compile: backreferences are not supported",
        ),
        ("regex.match('x', '/x/q')", "unknown flag 'q'"),
    ]);
}

#[test]
fn dates_are_texts_as_close_has_them() {
    prints(&[
        (
            "print(dates.add_days('2026-02-27', 3), dates.add_days('2026-03-01T10:00:00Z', -1))",
            "2026-03-02\t2026-02-28",
        ),
        (
            "print(dates.days_between('2026-01-01', '2026-03-01'), dates.weekday('2026-11-26'))",
            "59\tThursday",
        ),
        ("print(dates.in_zone('2026-07-01T12:00:00Z', 'America/New_York'))", "2026-07-01T08:00:00-04:00"),
        ("print(dates.in_zone('2026-07-01T12:00:00.000000+00:00'))", "2026-07-01T12:00:00Z"),
        ("print(#dates.today(), #dates.today('Asia/Tokyo'), dates.now():match('Z$'))", "10\t10\tZ"),
    ]);
    fails(&[
        ("dates.today('Mars/Olympus')", "there is no time zone \"Mars/Olympus\""),
        ("dates.add_days('soon', 1)", "\"soon\" is not a date"),
        ("dates.add_days('2026-01-01', 1.5)", "must be whole"),
    ]);
}

#[test]
fn library_functions_that_were_replaced_do_what_they_did() {
    prints(&[
        (
            "print(('a.b.c'):find('.', 1, true)) print(('abc'):find('')) print(('abc'):find('', 10))",
            "2\t2\n1\t0\nnil",
        ),
        (
            "print(('hello'):find('l')) print(('hello'):find('l', -2)) print(('hello'):find('xyz')) print(('hello'):find('h', -100))",
            "3\t3\n4\t4\nnil\n1\t1",
        ),
        ("print(('k=v'):find('(%w)=(%w)'))", "1\t3\tk\tv"),
        (
            "print(unpack(string.split('a,b,,c'))) print(unpack(string.split('a--b', '--'))) print(#string.split('abc', ''))",
            "a\tb\t\tc\na\tb\n3",
        ),
        ("print(unpack(table.move({ 1, 2, 3 }, 1, 3, 2)))", "1\t1\t2\t3"),
        ("print(unpack(table.move({ 1, 2, 3 }, 2, 3, 1)))", "2\t3\t3"),
        ("print(unpack(table.move({ 1, 2 }, 1, 2, 2, { 9 })))", "9\t1\t2"),
        (
            "local t = {} for i = 1, 20000 do t[i] = 20001 - i end table.sort(t) print(t[1], t[20000])",
            "1\t20000",
        ),
    ]);
    fails(&[
        ("table.move(1, 1, 2, 3)", "invalid argument #1 to 'move'"),
        ("table.sort({ 1, 'x' })", "script:1: attempt to compare string < number"),
        ("string.format('%d', 'x')", "script:1: invalid argument #2 to 'format'"),
        ("string.split(nil)", "script:1: invalid argument #1 to 'split'"),
    ]);
}

#[test]
fn coroutines_work_as_ever() {
    prints(&[
        (
            "local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) local d, e = coroutine.yield(c * 2) return d + e end)
             print(coroutine.resume(co, 1, 2)) print(coroutine.resume(co, 10)) print(coroutine.resume(co, 3, 4)) print(coroutine.resume(co))",
            "true\t3\ntrue\t20\ntrue\t7\nfalse\tcannot resume dead coroutine",
        ),
        ("local f = coroutine.wrap(function() coroutine.yield() coroutine.yield(nil, 2) end) print(f()) print(f()) print(f())", "\nnil\t2\n"),
        ("print(pcall(coroutine.wrap(function() error('inside', 0) end)))", "false\tinside"),
        ("local co co = coroutine.create(function() print(coroutine.status(co), coroutine.running() == co) end) coroutine.resume(co) print(coroutine.status(co))", "running\ttrue\ndead"),
        ("local f = coroutine.wrap(function() local g = coroutine.wrap(function() coroutine.yield(1) end) coroutine.yield(g()) coroutine.yield(2) end) print(f(), f())", "1\t2"),
        // A coroutine that computes longer than a slice goes on as if nothing had happened.
        ("local f = coroutine.wrap(function() local n = 0 for i = 1, 3000000 do n = n + 1 end coroutine.yield(n) return 'end' end) print(f()) print(f())", "3000000\nend"),
    ]);
    fails(&[("coroutine.yield(1)", "script:1: attempt to yield from outside a coroutine")]);
}

#[test]
fn errors_of_every_type_end_a_run_with_a_readable_message() {
    for (source, message) in [
        ("error('plain')", "script:1: plain"),
        ("error('plain', 0)", "plain"),
        ("error({ code = 7 })", "{\n  code: 7\n}"),
        ("error(42)", "script:1: 42"),
        ("error(42, 0)", "42"),
        ("error(true)", "true"),
        ("error()", "the script raised nil"),
        ("error(print)", "function"),
        ("local x = nil + 1", "script:1: attempt to perform arithmetic (add) on nil and number"),
        ("error(setmetatable({}, { __tostring = function() return 'own' end }))", "{}"),
    ] {
        let record = run(source);
        assert_eq!(record.error.as_deref(), Some(message), "{source}");
        assert_eq!(record.error_class.as_deref(), Some("runtime"), "{source}");
    }
}

#[test]
fn a_script_that_does_not_compile_or_is_not_there_says_so() {
    let record = run("for i = 1");
    assert_eq!(record.error_class.as_deref(), Some("syntax"));
    assert!(record.error.expect("an error").starts_with("script:1: Expected"));
    let record = run(" \n ");
    assert_eq!(
        record.error.as_deref(),
        Some("Missing required parameter \"code\". Provide the Lua source code to execute.")
    );
    let named =
        run_script(Script { name: Some("report.lua".to_owned()), ..Script::new("\n\nerror('here')") });
    assert_eq!(named.error.as_deref(), Some("report.lua:3: here"));
    let long = run(&format!("--{}", "x".repeat(128 * 1024)));
    assert!(long.error.expect("too long").contains("longer than 131072 bytes"));
}
