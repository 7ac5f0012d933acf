//! Custom fields, the types that have them, their objects, and the order of fields.

use serde_json::{Value, json};

use super::walk::{Walk, id};
use crate::support::LEAD;

pub(super) async fn walk(walk: &mut Walk) {
    for object in ["lead", "contact", "opportunity"] {
        fields(walk, object, json!({"name": "Seats", "type": "number"})).await;
    }
    let kind = walk.send("POST /custom_activity/", &[], json!({"name": "Site visit"})).await;
    let field = json!({"name": "Seats", "type": "number", "custom_activity_type_id": id(&kind)});
    fields(walk, "activity", field).await;
    walk.send("PUT /custom_activity/{id}/", &[id(&kind)], json!({"description": "On the spot"})).await;
    walk.call("GET /custom_activity/{id}/", &[id(&kind)]).await;
    walk.call("GET /custom_activity/", &[]).await;
    walk.call("DELETE /custom_activity/{id}/", &[id(&kind)]).await;
    objects(walk).await;
    shared(walk).await;
}

/// The same five operations for every kind of object that has fields.
async fn fields(walk: &mut Walk, object: &str, body: Value) {
    let field = walk.send(&format!("POST /custom_field/{object}/"), &[], body).await;
    let one = format!("/custom_field/{object}/{{id}}/");
    walk.send(&format!("PUT {one}"), &[id(&field)], json!({"name": "Number of seats"})).await;
    walk.call(&format!("GET {one}"), &[id(&field)]).await;
    walk.call(&format!("GET /custom_field/{object}/"), &[]).await;
    walk.call(&format!("DELETE {one}"), &[id(&field)]).await;
}

async fn objects(walk: &mut Walk) {
    let body = json!({"name": "Licence", "name_plural": "Licences"});
    let kind = walk.send("POST /custom_object_type/", &[], body).await;
    let field = json!({"name": "Seats", "type": "number", "custom_object_type_id": id(&kind)});
    fields(walk, "custom_object_type", field).await;
    let body = json!({"description": "What was bought"});
    walk.send("PUT /custom_object_type/{id}/", &[id(&kind)], body).await;
    walk.call("GET /custom_object_type/{id}/", &[id(&kind)]).await;
    walk.call("GET /custom_object_type/", &[]).await;

    let body = json!({"custom_object_type_id": id(&kind), "lead_id": LEAD, "name": "L-1"});
    let object = walk.send("POST /custom_object/", &[], body).await;
    walk.send("PUT /custom_object/{id}/", &[id(&object)], json!({"name": "L-2"})).await;
    walk.call("GET /custom_object/{id}/", &[id(&object)]).await;
    walk.find("GET /custom_object/", &[("lead_id", LEAD)]).await;
    walk.call("DELETE /custom_object/{id}/", &[id(&object)]).await;
    walk.call("DELETE /custom_object_type/{id}/", &[id(&kind)]).await;
}

async fn shared(walk: &mut Walk) {
    let field = walk.send("POST /custom_field/shared/", &[], json!({"name": "Region", "type": "text"})).await;
    walk.send("PUT /custom_field/shared/{id}/", &[id(&field)], json!({"name": "Area"})).await;
    let body = json!({"object_type": "lead"});
    walk.send("POST /custom_field/shared/{scf_id}/association/", &[id(&field)], body).await;
    let one = "/custom_field/shared/{scf_id}/association/{object_type}/";
    walk.call(&format!("GET {one}"), &[id(&field), "lead"]).await;
    let body = json!({"editable_with_roles": ["admin"]});
    walk.send(&format!("PUT {one}"), &[id(&field), "lead"], body).await;
    walk.call("GET /custom_field/shared/{id}/", &[id(&field)]).await;
    walk.call("GET /custom_field/shared/", &[]).await;
    walk.call("GET /custom_field_schema/{object_type}/", &["lead"]).await;
    let body = json!({"fields": [{"id": id(&field)}]});
    walk.send("PUT /custom_field_schema/{object_type}/", &["lead"], body).await;
    walk.call(&format!("DELETE {one}"), &[id(&field), "lead"]).await;
    walk.call("DELETE /custom_field/shared/{id}/", &[id(&field)]).await;
}
