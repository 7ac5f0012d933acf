//! The sandbox: whatever program it is given, it answers in time, with an ending that is known and a record that
//! can be written down. Input is taken as source text, or, where it begins with a zero byte, as a recipe from
//! which a program is put together that nearly always compiles.

#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latch_gateway::{CallError, CallOutcome, ErrorClass};
use latch_lua::{Engine, EngineOptions, Host, Limits, Script, ScriptCall};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

/// No call is made, and every one fails.
struct Nobody;

impl Host for Nobody {
    fn call(&self, _: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>> {
        async { Err(CallError::new(ErrorClass::NotConfigured, "no Close account is connected yet")) }.boxed()
    }

    fn accounts(&self) -> BoxFuture<'static, Vec<String>> {
        async { vec!["default".to_owned()] }.boxed()
    }

    fn plan(&self) -> Option<Vec<latch_gateway::PlannedWrite>> {
        None
    }

    fn forced(&self) -> bool {
        false
    }
}

const CPU: Duration = Duration::from_millis(50);
/// Beyond its limit a script may compute for so long (milliseconds).
const OVERSHOOT: f64 = 100.0;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let limits = Limits {
        cpu: CPU,
        wall: Duration::from_secs(20),
        memory: 8 * 1024 * 1024,
        calls: 20,
        output: 16 * 1024,
        result: 16 * 1024,
        ..Limits::default()
    };
    Engine::start(EngineOptions { limits, ready: 4, threads: Some(1), ..EngineOptions::default() }).expect("an engine starts")
});
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime starts"));

const CLASSES: &[&str] = &[
    "syntax", "runtime", "cpu_limit", "memory_limit", "call_limit", "output_limit", "result_limit",
    "invalid_arguments", "unknown_function", "not_configured",
];

/// Pieces of recipes. `@` stands for a further piece.
const EXPRESSIONS: &[&str] = &[
    "nil", "true", "0", "-1", "1.5", "2^31", "math.huge", "0/0", "'text'", "'%d+'", "'[^a]-b'", "'\\xff\\0'", "{}", "s", "t",
    "f", "{@, @}", "{a = @, b = @}", "string.rep(@, @)", "string.rep('ab', 3e5)", "table.create(1e5, @)", "(@):find(@, @)",
    "(@):gsub(@, @)", "(@):match(@)", "string.format(@, @, @)", "string.split(@, @)", "string.pack(@, @)",
    "string.unpack(@, @)", "table.concat(@, @)", "table.unpack(@, @, @)", "table.move(@, @, @, @)", "table.sort(@, @)",
    "table.insert(@, @, @)", "table.remove(@, @)", "json.decode(@)", "json.encode(@)", "json.array(@)", "json.null",
    "regex.match(@, @, @)", "regex.match_all(@, @)", "regex.gsub(@, @, @)", "dates.add_days(@, @)", "dates.in_zone(@, @)",
    "os.date(@, @)", "os.time(@)", "tostring(@)", "tonumber(@, @)", "#(@)", "(@) .. (@)", "(@) + (@)", "(@) < (@)", "(@)[@]",
    "select(@, @)", "pcall(@, @, @)", "xpcall(@, @)", "setmetatable(@, @)", "getmetatable(@)", "rawset(@, @, @)",
    "coroutine.wrap(@)(@)", "coroutine.create(@)", "coroutine.resume(@, @)", "coroutine.yield(@)", "app.parallel({@, @})",
    "close.list_leads(@)", "close.get_lead(@)", "close[@]", "app[@][@](@)", "close.each_lead(@)", "buffer.create(@)",
    "utf8.char(@)", "utf8.len(@)", "bit32.lshift(@, @)", "debug.traceback(@)", "function() return @ end",
    "function(a) local s = a return @ end",
];
const STATEMENTS: &[&str] = &[
    "local s = @", "t = @", "s = @", "print(@, @)", "dump(@)", "error(@)", "return @, @", "pcall(function() ~ end)",
    "for i = 1, 50 do ~ end", "for k, v in pairs(@) do ~ end", "for k in @ do ~ end", "while @ do ~ end", "if @ then ~ else ~ end",
    "repeat ~ until @", "setmetatable(t, {__index = @, __newindex = @, __call = @, __tostring = @, __lt = @, __iter = @})",
    "f = function(...) ~ end", "coroutine.wrap(function() ~ end)()", "t[@] = @", "_G[@] = @", "string.find = @", "app = @",
    "t = {t, t}", "s = s .. s", "f()", "do ~ ~ end",
];

/// Puts a program together from the bytes of a recipe.
struct Cook<'r> {
    recipe: std::slice::Iter<'r, u8>,
    room: usize,
}

impl Cook<'_> {
    fn next(&mut self) -> usize {
        self.recipe.next().copied().map_or(0, usize::from)
    }

    fn piece(&mut self, pieces: &[&str], depth: usize, text: &mut String) {
        let piece = if depth > 6 || text.len() > self.room { pieces[0] } else { pieces[self.next() % pieces.len()] };
        for letter in piece.chars() {
            match letter {
                '@' => self.piece(EXPRESSIONS, depth + 1, text),
                '~' if depth > 5 => {}
                '~' => {
                    self.piece(STATEMENTS, depth + 1, text);
                    text.push(' ');
                }
                letter => text.push(letter),
            }
        }
    }

    fn program(mut self) -> String {
        let mut text = "local s, t, f = 'text', {}, function() end\n".to_owned();
        while self.recipe.len() > 0 && text.len() < self.room {
            text.push_str("do ");
            self.piece(STATEMENTS, 0, &mut text);
            text.push_str(" end\n");
        }
        text
    }
}

fuzz_target!(|input: &[u8]| {
    let source = match input.strip_prefix(b"\0") {
        Some(recipe) => Cook { recipe: recipe.iter(), room: 16 * 1024 }.program(),
        None => String::from_utf8_lossy(input).into_owned(),
    };
    let record = RUNTIME.block_on(ENGINE.run(Script::new(source.as_str()), Arc::new(Nobody)));
    serde_json::to_string(&record).expect("a record is JSON");
    let class = record.error_class.as_deref();
    assert!(class.is_none_or(|class| CLASSES.contains(&class)), "{class:?} {:?}\n{source}", record.error);
    assert_eq!(record.success, class.is_none());
    let limit = CPU.as_secs_f64() * 1_000.0 + OVERSHOOT;
    assert!(record.cpu_time_ms <= limit, "it computed for {} ms\n{source}", record.cpu_time_ms);
});
