//! Tampering harms only the script that does it, and nothing gets out.

use std::sync::Arc;
use std::time::Duration;

use latch_lua::{Script, WantedLimits};
use serde_json::{Value, json};

use crate::support::{ENGINE, Nobody, run, run_script};

/// What programs spoil, and what they print and return all the same.
const TAMPERING: &[&str] = &[
    "type, error, tostring, pairs, pcall, select, next, setmetatable, rawget = nil",
    "for name in pairs(_G) do _G[name] = nil end",
    "string.find, string.format, string.gsub, table.concat, table.insert, coroutine.resume = nil",
    "coroutine.yield, coroutine.resume, coroutine.wrap = error, error, error",
    "app = nil close = nil json = nil",
    "pcall(function() app.integrations = nil app.parallel = nil end) pcall(rawset, app, 'integrations', nil)",
    "pcall(function() close.list_leads = function() return 'mine' end end) pcall(rawset, close, 'list_leads', nil)",
    "pcall(setmetatable, app, nil) pcall(setmetatable, app.integrations.close, nil)",
    "pcall(function() getmetatable(app).__index = error end)",
    "pcall(function() getmetatable('').__index = nil end) pcall(function() getmetatable('').__metatable = 1 end)",
    "pcall(setmetatable, _G, {__index = error, __newindex = error})",
    "pcall(rawset, _G, 'print', nil)",
    "pcall(function() debug.traceback = nil os.clock = nil os.time = nil end)",
    "pcall(function() getmetatable(json.array()).__index = error end)",
    "local ok, e = pcall(close.list_leads) pcall(rawset, e, 'text', 5) pcall(function() e.class = 'x' end) pcall(setmetatable, e, nil)",
    "_VERSION = nil _G = nil",
];

#[test]
fn whatever_a_script_spoils_its_record_is_right() {
    for tampering in TAMPERING {
        let source = format!("local say = print say('before') {tampering}\nsay('after') return 1");
        let record = run(&source);
        assert!(record.success, "{tampering}: {:?}", record.error);
        assert_eq!(
            (record.output.as_str(), json!(record.result)),
            ("before\nafter", json!([1])),
            "{tampering}"
        );

        let record = run(&format!("local fail = error {tampering}\nfail('the end', 0)"));
        assert_eq!(record.error.as_deref(), Some("the end"), "{tampering}");

        let record = run(&format!("local list = close.list_leads {tampering}\nlist()"));
        assert_eq!(record.error_class.as_deref(), Some("not_configured"), "{tampering}");
        assert!(!record.call_log.is_empty(), "{tampering}");
    }
}

#[test]
fn whatever_a_script_spoils_it_is_still_stopped() {
    for tampering in TAMPERING {
        let script = Script {
            source: format!(
                "local protected = pcall {tampering}\nwhile true do protected(function() while true do end end) end"
            ),
            limits: WantedLimits { cpu: Some(Duration::from_millis(30)), ..WantedLimits::default() },
            ..Script::default()
        };
        let record = run_script(script);
        assert_eq!(record.error_class.as_deref(), Some("cpu_limit"), "{tampering}");
    }
}

#[test]
fn the_next_run_finds_everything_as_it_was() {
    for tampering in TAMPERING {
        run(&format!("leftover = 1 string.leftover = 1 table.leftover = 1 {tampering}"));
        let record = run(
            "local s = 'x' return leftover, string.leftover, table.leftover, type(print), s:upper(), type(app.integrations.close.list_leads), #coroutine.wrap(function() coroutine.yield('ok') end)()",
        );
        assert_eq!(
            json!(record.result),
            json!([null, null, null, "function", "X", "function", 2]),
            "{tampering}: {:?}",
            record.error
        );
    }
}

#[test]
fn two_runs_at_once_do_not_see_each_other() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let source = |mark: usize| {
        format!(
            "shared = {mark} string.mark = {mark} \
             for i = 1, 20 do print('{mark}') pcall(close.list_leads) \
             if shared ~= {mark} or string.mark ~= {mark} then return 'seen' end end return shared"
        )
    };
    runtime.block_on(async {
        let runs: Vec<_> = (0..8).map(|mark| tokio::spawn(ENGINE.clone().run_owned(source(mark)))).collect();
        for (mark, run) in runs.into_iter().enumerate() {
            let record = run.await.expect("it runs");
            assert_eq!(json!(record.result), json!([mark]), "{:?}", record.error);
            assert_eq!(record.output, vec![mark.to_string(); 20].join("\n"));
            assert_eq!(record.call_log.len(), 20);
        }
    });
}

/// A run that owns what it needs, so that it can be a task.
trait RunOwned {
    fn run_owned(self, source: String) -> impl Future<Output = latch_lua::RunRecord> + Send;
}

impl RunOwned for latch_lua::Engine {
    async fn run_owned(self, source: String) -> latch_lua::RunRecord {
        self.run(Script::new(source), Arc::new(Nobody)).await
    }
}

/// Everything that can be reached from the globals, as paths, with the type and text of what is there.
const WALK: &str = r"
local seen, found = {}, {}
local function walk(path, value, depth)
  found[path] = type(value) .. ' ' .. tostring(value):gsub('%s+', ' '):sub(1, 300)
  if type(value) ~= 'table' or seen[value] or depth > 6 then return end
  seen[value] = true
  local meta = getmetatable(value)
  if type(meta) == 'table' then walk(path .. '<meta>', meta, depth + 1) end
  for name, member in next, value do
    if type(name) == 'string' then walk(path .. '.' .. name, member, depth + 1) end
  end
end
walk('_G', _G, 0)
local meta = getmetatable(_G)
if type(meta) == 'table' and type(meta.__index) == 'table' then walk('_G', meta.__index, 0) end
walk('string', getmetatable('').__index, 0)
local names = {}
for path, text in next, found do names[#names + 1] = path .. ' = ' .. text end
table.sort(names)
return table.concat(names, '\n')
";

fn reachable() -> String {
    let record = run(WALK);
    match record.result.as_deref() {
        Some([Value::String(text)]) => text.clone(),
        other => panic!("{other:?} {:?}", record.error),
    }
}

#[test]
fn files_processes_the_environment_and_the_inside_of_the_interpreter_are_out_of_reach() {
    let reachable = reachable();
    // The script's own globals stand before those that it found.
    let starts = |path: &str| [format!("_G.{path} = "), format!("_G<meta>.__index.{path} = ")];
    let has =
        |path: &str| reachable.lines().any(|line| starts(path).iter().any(|start| line.starts_with(start)));
    assert!(has("string.find") && has("os.time") && has("debug.traceback"), "{reachable}");
    for absent in [
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
        "getfenv",
        "setfenv",
        "module",
        "debug.info",
        "debug.sethook",
        "debug.getregistry",
        "debug.getupvalue",
        "debug.getmetatable",
        "os.execute",
        "os.exit",
        "os.getenv",
        "os.remove",
        "os.rename",
        "os.tmpname",
        "os.setlocale",
        "string.dump",
        "native",
    ] {
        assert!(!has(absent), "{absent} can be reached");
    }
}

#[test]
fn no_address_of_memory_is_told() {
    let texts = run("local function f() end local t = setmetatable({}, {__metatable = 1}) local all = {} \
         local values = {f, print, coroutine.create(f), buffer.create(1), json.null, {f}, app, close, t, string.gmatch('', '')} \
         for _, v in values do all[#all + 1] = tostring(v) all[#all + 1] = string.format('%s %*', v, v) \
         local ok, e = pcall(error, v) all[#all + 1] = tostring(e) all[#all + 1] = tostring(select(2, pcall(function() return v + 1 end))) \
         all[#all + 1] = tostring(select(2, pcall(function() return v .. '' end))) \
         all[#all + 1] = tostring(select(2, pcall(tonumber, v))) all[#all + 1] = debug.traceback(tostring(v)) end \
         return table.concat(all, '\\n')");
    let Some([Value::String(texts)]) = texts.result.as_deref() else { panic!("{:?}", texts.error) };
    for text in [texts.as_str(), &reachable()] {
        assert!(!text.contains("0x"), "{text}");
    }
    let record = run("return print, coroutine.create(print), buffer.create(1)");
    assert!(!serde_json::to_string(&record).expect("JSON").contains("0x"));
    let record = run("error(print)");
    assert!(!record.error.expect("an error").contains("0x"));
}

#[test]
fn errors_of_library_functions_are_text_that_names_the_line_of_the_script() {
    let record = run(
        "local wrong = {} for path, f in {find = string.find, gsub = string.gsub, match = string.match, gmatch = string.gmatch, \
         sort = table.sort, move = table.move, date = os.date, split = string.split, decode = json.decode, encode = json.encode, \
         array = json.array, rmatch = regex.match, rgsub = regex.gsub, today = dates.today, format = string.format} do \
         for _, v in {1, true, print, 'x\\255', coroutine.create(print), buffer.create(1), json.null} do \
         local ok, e = pcall(function() f(v, v, v, v) end) \
         if not ok and type(e) ~= 'string' then wrong[#wrong + 1] = path .. ' ' .. tostring(v) end end end return wrong",
    );
    assert_eq!(json!(record.result), json!([[]]), "{:?}", record.error);
}

#[test]
fn what_a_script_defines_is_in_its_own_globals() {
    let record = run("x = 1 _G.y = 2 return _G.x, y, _G._G == _G, rawget(_G, 'x'), _G.print == print");
    assert_eq!(json!(record.result), json!([1, 2, true, 1, true]));
}

#[test]
fn the_functions_that_are_guarded_do_what_they_always_did() {
    let record = run("local s = 'key = value, other = 2' \
         return {s:find('(%w+) = (%w+)')}, {s:match('(%w+)$')}, {s:gsub('%w+', string.upper, 2)}, (s:gsub('%s', {[' '] = '_'})), \
         s:find('=', 1, true), s:find('a', -7), s:find('', 100), string.find('a.b', '.', 2, true), #s:split(', '), \
         os.date('%Y-%m-%d', 0), select('#', s:find('q'))");
    assert_eq!(
        json!(record.result),
        json!([
            [1, 11, "key", "value"],
            ["2"],
            ["KEY = VALUE, other = 2", 2],
            "key_=_value,_other_=_2",
            5,
            null,
            null,
            2,
            2,
            "1970-01-01",
            1
        ]),
        "{:?}",
        record.error
    );
}
