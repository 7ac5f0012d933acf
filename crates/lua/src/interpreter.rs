//! One interpreter, ready for one script: everything a script finds is in place, and the sandbox is closed.

use std::sync::{Arc, LazyLock};

use mlua::chunk::{ChunkMode, Compiler};
use mlua::{Function, Lua, LuaOptions, StdLib};

use crate::convert::Marks;
use crate::limits::Limits;
use crate::native;
use crate::shared::Shared;

/// One chunk, in parts that share their locals.
const PRELUDE: &str = concat!(
    include_str!("prelude/locals.lua"),
    include_str!("prelude/errors.lua"),
    include_str!("prelude/coroutines.lua"),
    include_str!("prelude/calls.lua"),
    include_str!("prelude/namespaces.lua"),
    include_str!("prelude/text.lua"),
    include_str!("prelude/libraries.lua"),
    include_str!("prelude/globals.lua"),
);

/// The prelude, compiled once.
static COMPILED_PRELUDE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    compiler().compile(PRELUDE).unwrap_or_else(|error| panic!("the prelude does not compile: {error}"))
});

/// The longest script, in bytes. Compiling cannot be interrupted, so its length is its limit.
pub(crate) const LONGEST_SOURCE: usize = 128 * 1024;

/// An interpreter.
#[derive(Debug)]
pub(crate) struct Interpreter {
    pub(crate) lua: Lua,
    pub(crate) shared: Arc<Shared>,
    pub(crate) marks: Marks,
    /// Takes a script and runs it protected.
    pub(crate) start: Function,
}

impl Interpreter {
    pub(crate) fn new() -> mlua::Result<Self> {
        let libraries = StdLib::TABLE
            | StdLib::OS
            | StdLib::STRING
            | StdLib::UTF8
            | StdLib::BIT
            | StdLib::BUFFER
            | StdLib::VECTOR
            | StdLib::MATH
            | StdLib::COROUTINE
            | StdLib::DEBUG;
        let lua = Lua::new_with(libraries, LuaOptions::default())?;
        lua.set_compiler(compiler());
        let shared = Arc::new(Shared::new());
        let marks = Marks::new(&lua)?;
        let natives = native::table(&lua, &shared, &marks)?;
        let prelude = lua
            .load(COMPILED_PRELUDE.as_slice())
            .set_name("=[latch]")
            .set_mode(ChunkMode::Binary)
            .into_function()?;
        let start: Function = prelude.call(natives)?;
        lua.sandbox(true)?;
        // The sandbox puts a table of the script's own before the globals. `_G` has to be that one, or what a
        // script defines is not in it.
        lua.globals().raw_set("_G", lua.globals())?;
        // The interpreter serves one script. What that does to its libraries harms nobody, and programs
        // written for Lua 5.1 add to them.
        for library in ["string", "table", "math", "coroutine", "os", "utf8", "bit32", "json", "regex"] {
            if let Ok(library) = lua.globals().get::<mlua::Table>(library) {
                library.set_readonly(false);
            }
        }
        let meter = Arc::clone(&shared);
        lua.set_interrupt(move |lua| Ok(meter.meter.tick(|| lua.used_memory())?));
        // Done now, so that a short script ends before the collector wants its first turn.
        lua.gc_collect()?;
        Ok(Self { lua, shared, marks, start })
    }

    /// Holds the interpreter to the memory that a run may have.
    pub(crate) fn limit_memory(&self, limits: &Limits) -> mlua::Result<()> {
        self.lua.set_memory_limit(limits.memory).map(drop)
    }

    /// Compiles a script. Only source text is taken, never compiled code, which could do anything.
    pub(crate) fn compile(&self, source: &str, name: &str) -> Result<Function, String> {
        if source.len() > LONGEST_SOURCE {
            return Err(format!("{name}: the script is longer than {LONGEST_SOURCE} bytes"));
        }
        self.lua.load(source).set_name(format!("={name}")).set_mode(ChunkMode::Text).into_function().map_err(
            |error| match error {
                mlua::Error::SyntaxError { message, .. } => message,
                other => other.to_string(),
            },
        )
    }
}

fn compiler() -> Compiler {
    // Level 1 keeps line numbers exact and compiles fastest.
    Compiler::new().set_optimization_level(1).set_debug_level(1)
}
