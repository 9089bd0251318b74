//! The shell: one window, one command, one picture scheme. It carries the phone's command table into a web view on
//! the desktop and on Android and decides nothing itself. Leaves the work to `xunge_client`, the screens to `ui/`
//! and the camera, position, recorder and key store to the plugin `device`.

pub mod carrier;
mod fence;
mod hardware;
mod phone;
mod photos;
mod world;

use serde_json::Value;
use tauri::{AppHandle, Manager, Runtime, State, WebviewWindow, WebviewWindowBuilder};

use carrier::{CallError, Line};

/// The only command: `name` and `args` go to the command table, the answer comes back.
#[tauri::command]
async fn call(line: State<'_, Line>, name: String, args: Value) -> Result<Value, CallError> {
    let carrier = line.carrier()?;
    world::off_the_window(move || carrier.call(&name, args)).await
}

/// The shell's parts, before any phone or window.
fn shell<R: Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    builder
        .plugin(fence::plugin())
        .plugin(tauri_plugin_device::init())
        .invoke_handler(tauri::generate_handler![call])
        .register_asynchronous_uri_scheme_protocol(photos::SCHEME, |context, request, responder| {
            let line = context.app_handle().state::<Line>().inner().clone();
            world::answer_later(move || responder.respond(photos::answer(&line, request.uri())));
        })
}

/// Connects the line, then opens the window: in this order, because a page may call as soon as it exists. (That is
/// why tauri.conf.json says `"create": false`.)
fn open_window<R: Runtime>(app: &AppHandle<R>, line: Line) -> tauri::Result<WebviewWindow<R>> {
    app.manage(line);
    let config = app.config().app.windows.first().cloned().unwrap_or_default();
    WebviewWindowBuilder::from_config(app, &config)?.build()
}

/// Configuration, capabilities and the embedded screens, as compiled in.
fn context<R: Runtime>() -> tauri::Context<R> {
    tauri::generate_context!()
}

/// Opens the window and returns when it closes. Ends the process with 1 when no window can be opened.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    let opened = shell(tauri::Builder::default())
        .setup(|app| {
            let line = world::open(app.handle());
            open_window(app.handle(), line)?;
            Ok(())
        })
        .run(context());
    if let Err(error) = opened {
        eprintln!("xunge-app: no window could be opened: {error}");
        std::process::exit(1);
    }
}

#[cfg(test)]
mod tests {
    //! The shell on Tauri's mock runtime, with the real configuration and the real capability file.

    use super::*;
    use carrier::{Carrier, Photo, Size, error};
    use serde_json::json;
    use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
    use tauri::{ipc::CallbackFn, webview::InvokeRequest};

    fn wrong_pin() -> CallError {
        CallError { code: "wrong_pin".into(), params: [("left".into(), "4".into())].into(), retry: false }
    }

    /// Repeats what it is asked; knows two ways to fail.
    struct Echo;
    impl Carrier for Echo {
        fn call(&self, name: &str, args: Value) -> Result<Value, CallError> {
            match name {
                "refuse" => Err(wrong_pin()),
                "panic" => panic!("a fault in a command"),
                _ => Ok(json!({ "name": name, "args": args })),
            }
        }
        fn photo(&self, _: &str, _: Size) -> Result<Photo, CallError> {
            Err(error("no_such_photo", false))
        }
    }

    fn window(line: Line) -> (tauri::App<MockRuntime>, WebviewWindow<MockRuntime>) {
        let app = shell(mock_builder()).build(context()).expect("the shell builds");
        let window = open_window(app.handle(), line).expect("the window of the configuration");
        assert_eq!(window.label(), "main", "the capability file names this window");
        (app, window)
    }

    fn invoke(
        window: &WebviewWindow<MockRuntime>,
        command: &str,
        from: &str,
        body: Value,
    ) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: from.parse().expect("an address"),
            body: tauri::ipc::InvokeBody::Json(body),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_string(),
        };
        get_ipc_response(window, request).map(|body| body.deserialize().expect("JSON"))
    }

    #[test]
    fn a_command_passes_through_unchanged_and_so_does_its_error() {
        let (_app, window) = window(Line::open(Echo));
        let asked = json!({ "name": "household.open", "args": { "id": "018f", "count": 3 } });
        assert_eq!(invoke(&window, "call", "tauri://localhost", asked.clone()), Ok(asked));
        assert_eq!(
            invoke(&window, "call", "tauri://localhost", json!({ "name": "refuse", "args": null })),
            Err(json!({ "code": "wrong_pin", "params": { "left": "4" }, "retry": false }))
        );
    }

    #[test]
    fn a_panicking_command_is_an_error_and_the_next_one_still_works() {
        let (_app, window) = window(Line::open(Echo));
        let broken = invoke(&window, "call", "tauri://localhost", json!({ "name": "panic", "args": null }));
        assert_eq!(broken.expect_err("an error")["code"], "internal");
        assert!(
            invoke(&window, "call", "tauri://localhost", json!({ "name": "next", "args": null })).is_ok()
        );
    }

    #[test]
    fn a_store_that_does_not_open_is_said_on_every_call() {
        let (_app, window) = window(Line::dead(error("wrong_key", false)));
        let answer = invoke(&window, "call", "tauri://localhost", json!({ "name": "today", "args": null }));
        assert_eq!(answer.expect_err("an error")["code"], "wrong_key");
    }

    #[test]
    fn a_page_from_elsewhere_cannot_call() {
        let (_app, window) = window(Line::open(Echo));
        for elsewhere in
            ["https://example.org", "http://tauri.localhost.example.org", "http://127.0.0.1:1420"]
        {
            let answer = invoke(&window, "call", elsewhere, json!({ "name": "today", "args": null }));
            let refusal = answer.expect_err(elsewhere).to_string();
            assert!(refusal.contains("not allowed"), "{elsewhere}: {refusal}");
        }
    }

    #[test]
    fn the_screen_has_no_other_door() {
        let (_app, window) = window(Line::open(Echo));
        for command in [
            "plugin:device|takePhoto",
            "plugin:device|unwrapKey",
            "plugin:event|emit",
            "plugin:path|resolve_directory",
            "plugin:window|create",
            "plugin:webview|create_webview_window",
            "plugin:resources|close",
        ] {
            let answer = invoke(&window, command, "tauri://localhost", json!({}));
            let refusal = answer.expect_err(command).to_string();
            assert!(refusal.contains("not allowed"), "{command}: {refusal}");
        }
    }
}
