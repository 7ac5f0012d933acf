//! The operator's ceilings for scripts, as `LATCH_LUA_LIMITS` has them: `cpu:10,wall:60,memory:67108864`.

use std::time::Duration;

use latch_lua::Limits;

use crate::environment;
use crate::failure::Failure;

/// The ceilings; the usual ones where the variable says nothing.
pub(crate) fn of_environment() -> Result<Limits, Failure> {
    match environment::LATCH_LUA_LIMITS.read()? {
        Some(text) => parse(&text).map_err(|problem| {
            Failure::local(format!("LATCH_LUA_LIMITS cannot be used: {problem}")).with_hint(
                "it is a list such as cpu:10,wall:60,memory:67108864,calls:500,writes:50,output:1048576,result:1048576,parallel:4; times are in seconds, sizes in bytes",
            )
        }),
        None => Ok(Limits::default()),
    }
}

fn parse(text: &str) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once(':').ok_or_else(|| format!("{pair:?} has no colon"))?;
        let (name, value) = (name.trim(), value.trim());
        let unfit = || format!("{value:?} is no value for {name}");
        let count = || value.parse::<u32>().map_err(|_| unfit());
        let bytes = || value.parse::<usize>().map_err(|_| unfit());
        let seconds = || {
            let seconds = value.parse().ok().filter(|seconds| *seconds > 0.0);
            seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).ok_or_else(unfit)
        };
        match name {
            "cpu" => limits.cpu = seconds()?,
            "wall" => limits.wall = seconds()?,
            "memory" => limits.memory = bytes()?,
            "calls" => limits.calls = count()?,
            "writes" => limits.writes = count()?,
            "output" => limits.output = bytes()?,
            "result" => limits.result = bytes()?,
            "parallel" => limits.parallel = count()?,
            other => return Err(format!("there is no limit called {other:?}")),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_changes_what_it_names_and_nothing_else() {
        let limits = parse("cpu: 0.5, calls:7,").expect("a list");
        assert_eq!(limits, Limits { cpu: Duration::from_millis(500), calls: 7, ..Limits::default() });
        for wrong in ["cpu", "cpu:-1", "cpu:inf", "calls:many", "speed:1"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
