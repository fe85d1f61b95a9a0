import Foundation

/// Chromium without a window, led over a pipe (Chrome DevTools Protocol). The tests need it; without it they fail.
package final class Browser {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    /// How the page is looked at.
    package struct View {
        package var width = 1_280
        package var height = 900
        package var scheme = "light"

        package init(width: Int = 1_280, height: Int = 900, scheme: String = "light") {
            self.width = width
            self.height = height
            self.scheme = scheme
        }
    }

    /// Longest wait for one answer.
    private static let patience: Int32 = 90_000

    private let folder: URL
    private let process = Process()
    private var input: Int32 = -1
    private var output: Int32 = -1
    private var received: [UInt8] = []
    private var lastID = 0
    private var session: String?
    private var hasLoaded = false
    private var address = ""
    /// Errors of scripts, of the console and of the content security policy, and what was fetched, as they came.
    package private(set) var complaints: [String] = []

    package init(_ view: View = View()) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try start()
        try attach()
        try look(view)
    }

    deinit {
        if input >= 0 { close(input) }
        if output >= 0 { close(output) }
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// The browser reads from descriptor 3 and writes to 4; the shell ties them to two named pipes.
    private func start() throws {
        let pipes = ["in", "out"].map { folder.appending(path: $0).path }
        for pipe in pipes where mkfifo(pipe, 0o600) != 0 { throw Failure(description: "cannot make the pipe \(pipe)") }
        let options = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--remote-debugging-pipe", "--user-data-dir=\(folder.path)/profile", "about:blank",
        ]
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "exec 3<\"$0\" 4>\"$1\"; shift; exec chromium \"$@\""] + pipes + options
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        input = open(pipes[0], O_WRONLY | O_CLOEXEC)
        output = open(pipes[1], O_RDONLY | O_CLOEXEC)
        guard input >= 0, output >= 0 else { throw Failure(description: "the pipes to chromium do not open") }
    }

    private func attach() throws {
        let targets = try call("Target.getTargets")["targetInfos"] as? [[String: Any]] ?? []
        guard let page = targets.first(where: { $0["type"] as? String == "page" })?["targetId"] as? String else {
            throw Failure(description: "chromium has no page")
        }
        session = try call("Target.attachToTarget", ["targetId": page, "flatten": true])["sessionId"] as? String
        for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
    }

    package func look(_ view: View) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            ["width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": false])
        try media("", scheme: view.scheme)
    }

    /// `media`: `print` or empty.
    package func media(_ media: String, scheme: String) throws {
        try call(
            "Emulation.setEmulatedMedia",
            ["media": media, "features": [["name": "prefers-color-scheme", "value": scheme]]])
    }

    // MARK: - Pages

    /// Opens a file and waits until it is loaded; says how long that took.
    @discardableResult
    package func visit(_ file: URL, fragment: String = "") throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        // From one part of a page to another nothing is loaded.
        try call("Page.navigate", ["url": "about:blank"])
        try evaluate("0")
        hasLoaded = false
        try call("Page.navigate", ["url": "file://\(file.path)\(fragment)"])
        while !hasLoaded { note(try receive()) }
        return clock.now - start
    }

    /// The value of an expression; a promise is waited for.
    @discardableResult
    package func evaluate(_ script: String) throws -> Any? {
        let answer = try call(
            "Runtime.evaluate", ["expression": script, "returnByValue": true, "awaitPromise": true])
        if let details = answer["exceptionDetails"] { throw Failure(description: "\(details)") }
        return (answer["result"] as? [String: Any])?["value"]
    }

    package func number(_ script: String) throws -> Double {
        guard let number = try evaluate(script) as? NSNumber else { throw Failure(description: "no number: \(script)") }
        return number.doubleValue
    }

    package func text(_ script: String) throws -> String { try evaluate(script) as? String ?? "" }
    package func texts(_ script: String) throws -> [String] { try evaluate(script) as? [String] ?? [] }
    package func holds(_ script: String) throws -> Bool { try evaluate(script) as? Bool ?? false }

    /// Lets what was asked for be drawn.
    package func settle() throws {
        try evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20))))")
    }

    // MARK: - Input

    package func press(_ key: String, text: String? = nil) throws {
        var down: [String: Any] = ["type": "keyDown", "key": key, "code": key]
        if key == "Tab" { down["windowsVirtualKeyCode"] = 9 }
        if let text { down["text"] = text }
        try call("Input.dispatchKeyEvent", down)
        try call("Input.dispatchKeyEvent", ["type": "keyUp", "key": key, "code": key])
        try settle()
    }

    /// Presses, moves and lets go; without `to` it is a click. `modifiers`: 2 Ctrl, 8 Shift.
    package func drag(_ from: (x: Double, y: Double), to: (x: Double, y: Double)? = nil, modifiers: Int = 0) throws {
        func send(_ type: String, _ place: (x: Double, y: Double)) throws {
            try call(
                "Input.dispatchMouseEvent",
                [
                    "type": type, "x": place.x, "y": place.y, "button": "left",
                    "buttons": type == "mouseReleased" ? 0 : 1,
                    "clickCount": 1, "modifiers": modifiers,
                ])
        }
        try send("mousePressed", from)
        if let to {
            try send("mouseMoved", ((from.x + to.x) / 2, (from.y + to.y) / 2))
            try send("mouseMoved", to)
        }
        try send("mouseReleased", to ?? from)
        try settle()
    }

    package func wheel(_ place: (x: Double, y: Double), by delta: Double, modifiers: Int) throws {
        try call(
            "Input.dispatchMouseEvent",
            [
                "type": "mouseWheel", "x": place.x, "y": place.y, "deltaX": 0, "deltaY": delta, "modifiers": modifiers,
            ])
        try settle()
    }

    /// The middle of an element, scrolled into sight.
    package func middle(of selector: String) throws -> (x: Double, y: Double) {
        let element = "document.querySelector(\(Self.quoted(selector)))"
        try evaluate("\(element).scrollIntoView({ block: 'center' })")
        try settle()
        let box = "\(element).getBoundingClientRect()"
        return (
            try number("\(box).left + \(box).width / 2"), try number("\(box).top + Math.min(\(box).height / 2, 400)")
        )
    }

    package func click(_ selector: String) throws { try drag(try middle(of: selector)) }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    // MARK: - Protocol

    @discardableResult
    package func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
        lastID += 1
        var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
        if let session { message["sessionId"] = session }
        try send([UInt8](try JSONSerialization.data(withJSONObject: message)) + [0])
        while true {
            let answer = try receive()
            guard answer["id"] as? Int == lastID else {
                note(answer)
                continue
            }
            if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
            return answer["result"] as? [String: Any] ?? [:]
        }
    }

    private func note(_ event: [String: Any]) {
        let parameters = event["params"] as? [String: Any] ?? [:]
        switch event["method"] as? String {
        case "Page.frameNavigated":
            address = (parameters["frame"] as? [String: Any])?["url"] as? String ?? ""
        case "Page.loadEventFired": hasLoaded = address != "about:blank"
        case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded": complaints.append("\(parameters)")
        case "Network.requestWillBeSent":
            let address = (parameters["request"] as? [String: Any])?["url"] as? String ?? ""
            if !address.hasPrefix("file:") && !address.hasPrefix("data:") { complaints.append("fetches \(address)") }
        default: break
        }
    }

    private func send(_ octets: [UInt8]) throws {
        var sent = 0
        while sent < octets.count {
            let count = octets.withUnsafeBytes { write(input, $0.baseAddress.map { $0 + sent }, octets.count - sent) }
            guard count > 0 else { throw Failure(description: "chromium went away: is it installed?") }
            sent += count
        }
    }

    /// The next message; they end with a zero octet.
    private func receive() throws -> [String: Any] {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: 0) {
                let message = Data(received[..<end])
                received.removeFirst(end + 1)
                return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            }
            searched = received.count
            var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, Self.patience) > 0 else { throw Failure(description: "chromium does not answer") }
            let count = read(output, &chunk, chunk.count)
            guard count > 0 else { throw Failure(description: "chromium went away: is it installed (scripts/setup)?") }
            received += chunk[..<count]
        }
    }
}
