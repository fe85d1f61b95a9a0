import FaxCore
import Foundation

/// kamailio as registrar and proxy: digest for REGISTER and INVITE, Record-Route, contacts in memory.
public final class Kamailio {
    public static let password = "secret"

    public let port: UInt16
    private let folder: URL
    private var program: ChildProgram

    public init(folder: URL) throws {
        port = LoopbackPort.free()
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.configuration(port: port).utf8).write(to: folder.appending(path: "kamailio.cfg"))
        program = try Self.start(folder)
        try awaitReady()
    }

    public var endpoint: Endpoint { Endpoint(LoopbackPort.address, port) }

    public func end() { program.end() }

    /// Ends it and starts it anew on the same port: what it knew of registrations is gone.
    public func restart(after pause: Duration) throws {
        program.end()
        Thread.sleep(forTimeInterval: pause / .seconds(1))
        program = try Self.start(folder)
        try awaitReady()
    }

    private static func start(_ folder: URL) throws -> ChildProgram {
        try ChildProgram(
            "/usr/sbin/kamailio",
            [
                "-DD", "-E", "-f", folder.appending(path: "kamailio.cfg").path, "-m", "64", "-M", "8", "-w",
                folder.path, "-Y",
                folder.path, "-P", folder.appending(path: "pid").path,
            ], folder: folder)
    }

    private func awaitReady() throws {
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(10)
        while clock.now < limit, program.isRunning {
            if LoopbackPort.isTaken(port) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw FaxMaterial.Failure(description: "kamailio did not start: \(program.output(last: 500))")
    }

    private static func configuration(port: UInt16) -> String {
        """
        debug=1
        log_stderror=yes
        children=2
        auto_aliases=no
        listen=udp:127.0.0.1:\(port)
        mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "pv.so"
        loadmodule "maxfwd.so"
        loadmodule "textops.so"
        loadmodule "siputils.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        loadmodule "auth.so"
        request_route {
            if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
            if (has_totag()) {
                if (loose_route()) { t_relay(); exit; }
                if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
                sl_send_reply("404", "Not Here");
                exit;
            }
            if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
            t_check_trans();
            if (is_method("REGISTER")) {
                if (!pv_www_authenticate("$fd", "\(password)", "0")) { www_challenge("$fd", "1"); exit; }
                if (!save("location")) { sl_reply_error(); }
                exit;
            }
            if (is_method("INVITE")) {
                if (!pv_proxy_authenticate("$fd", "\(password)", "0")) { proxy_challenge("$fd", "1"); exit; }
                consume_credentials();
            }
            record_route();
            if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
            t_relay();
        }

        """
    }

    public static var version: String { ChildProgram.version("/usr/sbin/kamailio", ["-v"]) }
}
