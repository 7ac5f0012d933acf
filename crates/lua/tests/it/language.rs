//! The language: Lua 5.1 as its users write it.

use serde_json::json;

use crate::support::run;

#[test]
fn numbers_and_unpacking_are_those_of_lua_5_1() {
    let record = run("print(10/2, 7 % 3, 2^10)  return unpack({1, 2}), table.unpack({3, 4})");
    assert_eq!(record.output, "5\t1\t1024");
    assert_eq!(json!(record.result), json!([1, 3, 4]));
}
