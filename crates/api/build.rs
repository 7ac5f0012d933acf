//! Turns the definitions of the wire into Rust: messages, services, and the checks that stand in them as options.
//!
//! Needs no `protoc`: the definitions are compiled in here.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

const DEFINITIONS: [&str; 4] = [
    "scalekit/v1/tools/tools.proto",
    "scalekit/v1/connected_accounts/connected_accounts.proto",
    "scalekit/v1/connections/connections.proto",
    "scalekit/v1/errdetails/errdetails.proto",
];
const OUR_OWN: &str = "latch/v1/api.proto";
/// The patterns that `check.rs` knows, by the name of the function that tells.
const PATTERNS: [(&str, &str); 2] =
    [("^[a-zA-Z0-9_: -]*$", "Pattern::ConnectionName"), ("^$|^https?://", "Pattern::WebAddress")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(DEFINITIONS)?.open_file(OUR_OWN)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .include_file("protocol.rs")
        // Written out, because its data is sent without being made first.
        .extern_path(".scalekit.v1.tools.ExecuteToolResponse", "crate::protocol::ExecuteToolResponse")
        .compile_fds(compiler.file_descriptor_set())?;
    let encoded = compiler.encode_file_descriptor_set();
    fs::write(out.join("checks.rs"), checks(&DescriptorPool::decode(encoded.as_slice())?)?)?;
    fs::write(out.join("descriptors.bin"), encoded)?;
    Ok(())
}

/// An implementation of `Check` for every message that can arrive.
fn checks(pool: &DescriptorPool) -> Result<String, Box<dyn Error>> {
    let rules = pool.get_extension_by_name("latch.v1.rules").ok_or("the option latch.v1.rules is missing")?;
    let mut waiting: Vec<MessageDescriptor> = pool
        .services()
        .flat_map(|service| service.methods().map(|method| method.input()).collect::<Vec<_>>())
        .collect();
    let (mut done, mut text) = (BTreeSet::new(), String::new());
    while let Some(message) = waiting.pop() {
        if !done.insert(message.full_name().to_owned()) {
            continue;
        }
        let mut body = String::new();
        for field in message.fields() {
            let options = field.options();
            let found = options.get_extension(&rules);
            let rules = found.as_message().ok_or("latch.v1.rules is no message")?;
            body += &check_of(&field, rules)?;
            if let Kind::Message(inner) = field.kind()
                && is_ours(&inner)
                && !is_unchecked(&field)
            {
                waiting.push(inner);
            }
        }
        let (found, at) = if body.is_empty() { ("_found", "_at") } else { ("found", "at") };
        writeln!(
            text,
            "impl Check for {} {{\n    fn check(&self, {at}: Place<'_>, {found}: &mut Violations) {{\n{body}    }}\n}}\n",
            rust_type(&message)
        )?;
    }
    Ok(text)
}

fn is_ours(message: &MessageDescriptor) -> bool {
    !message.full_name().starts_with("google.protobuf.")
}

/// Maps and alternatives are looked at where they are used.
fn is_unchecked(field: &FieldDescriptor) -> bool {
    field.is_map() || field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic())
}

/// The statements that check one field.
fn check_of(field: &FieldDescriptor, rules: &DynamicMessage) -> Result<String, Box<dyn Error>> {
    let number = |name: &str| match rules.get_field_by_name(name).as_deref() {
        Some(Value::U32(number)) => *number,
        _ => 0,
    };
    let flag = |name: &str| matches!(rules.get_field_by_name(name).as_deref(), Some(Value::Bool(true)));
    let words = |name: &str| match rules.get_field_by_name(name).as_deref() {
        Some(Value::String(words)) => words.clone(),
        _ => String::new(),
    };
    if flag("output_only") || is_unchecked(field) {
        return Ok(String::new());
    }
    let (name, rust) = (field.name(), rust_field(field.name()));
    let text_rules = |min: &str, max: &str, pattern: &str| -> Result<String, Box<dyn Error>> {
        let pattern = match words(pattern) {
            none if none.is_empty() => "None".to_owned(),
            known => {
                let found = PATTERNS.iter().find(|(text, _)| *text == known);
                format!("Some({})", found.ok_or_else(|| format!("an unknown pattern: {known}"))?.1)
            }
        };
        Ok(format!(
            "TextRules {{ required: {}, min_len: {}, max_len: {}, pattern: {pattern}, prefix: {:?} }}",
            flag("required"),
            number(min),
            number(max),
            words("prefix"),
        ))
    };
    let nothing = "TextRules { required: false, min_len: 0, max_len: 0, pattern: None, prefix: \"\" }";
    Ok(match field.kind() {
        Kind::String if field.is_list() => {
            let items = text_rules("item_min_len", "item_max_len", "item_pattern")?;
            let most = number("max_items");
            if items == nothing && most == 0 {
                return Ok(String::new());
            }
            format!("        texts(found, at.field({name:?}), &self.{rust}, {most}, &{items});\n")
        }
        Kind::String => {
            let rules = text_rules("min_len", "max_len", "pattern")?;
            if rules == nothing {
                return Ok(String::new());
            }
            let given = if field.supports_presence() {
                format!("self.{rust}.as_deref()")
            } else {
                format!("Some(self.{rust}.as_str())")
            };
            format!("        text(found, at.field({name:?}), {given}, &{rules});\n")
        }
        Kind::Uint32 => {
            let most = number("lte").max(number("lt").saturating_sub(1));
            if most == 0 {
                return Ok(String::new());
            }
            let given =
                if field.supports_presence() { format!("self.{rust}") } else { format!("Some(self.{rust})") };
            format!("        number(found, at.field({name:?}), {given}, {most});\n")
        }
        Kind::Enum(kind) if flag("defined_only") => {
            let path = rust_path(kind.full_name());
            format!("        defined(found, at.field({name:?}), {path}::try_from(self.{rust}).is_ok());\n")
        }
        Kind::Message(inner) if field.is_list() && is_ours(&inner) => {
            format!("        for item in &self.{rust} {{ item.check(at.field({name:?}), found); }}\n")
        }
        Kind::Message(inner) => {
            let mut body = String::new();
            if flag("required") {
                writeln!(body, "        present(found, at.field({name:?}), self.{rust}.is_some());")?;
            }
            if is_ours(&inner) {
                writeln!(
                    body,
                    "        if let Some(inner) = &self.{rust} {{ inner.check(at.field({name:?}), found); }}"
                )?;
            }
            body
        }
        _ => String::new(),
    })
}

fn rust_type(message: &MessageDescriptor) -> String {
    rust_path(message.full_name())
}

/// `scalekit.v1.tools.Filter` as the generated modules spell it.
fn rust_path(name: &str) -> String {
    format!("crate::protocol::{}", name.replace('.', "::"))
}

fn rust_field(name: &str) -> String {
    if name == "type" { "r#type".to_owned() } else { name.to_owned() }
}
