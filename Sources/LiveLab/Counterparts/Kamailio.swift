import FaxCore
import FaxProtocol
import Foundation

/// kamailio as registrar and proxy: digest for REGISTER and INVITE, Record-Route, on UDP, TCP and TLS; contacts in memory.
public final class Kamailio {
    public static let password = "a secret"

    private let port: UInt16
    private let tlsPort: UInt16
    private let folder: URL
    private let certificates: LabCertificates
    private var program: ChildProgram

    /// - Parameters:
    ///   - folder: made when missing; it stays.
    ///   - algorithm: of its digests, `MD5` or `SHA-256`.
    public init(_ certificates: LabCertificates, folder: URL, algorithm: String = "MD5") throws {
        self.certificates = certificates
        self.folder = folder
        port = LoopbackPort.free()
        tlsPort = LoopbackPort.free()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = Self.configuration(
            port: port, tlsPort: tlsPort, certificates: certificates, algorithm: algorithm)
        try Data(configuration.utf8).write(to: folder.appending(path: "kamailio.cfg"))
        program = try Self.program(folder)
        try awaitReady()
    }

    deinit { program.end() }

    public static var version: String { ChildProgram.version("/usr/sbin/kamailio", ["-v"]) }

    /// What it has written since it was started, the end of it.
    public var log: String { program.output() }

    public func endpoint(_ transport: SIPTransport) -> Endpoint {
        Endpoint(LoopbackPort.address, transport == .tls ? tlsPort : port)
    }

    /// Whom to call, or where to register, over that transport.
    public func destination(_ transport: SIPTransport, user: String? = nil) -> SIPDestination {
        let path = SIPPath(transport, endpoint(transport))
        let parameter = transport == .udp ? "" : ";transport=\(transport.rawValue.lowercased())"
        let uri = "sip:\(user.map { $0 + "@" } ?? "")\(path.endpoint)\(parameter)"
        return SIPDestination(uri: uri, path: path)
    }

    // MARK: - The process

    public func end() { program.end() }

    /// Ends it and starts it anew on the same ports: what it knew of registrations is gone.
    public func restart(after pause: Duration = .zero) throws {
        program.end()
        Thread.sleep(forTimeInterval: pause / .seconds(1))
        program = try Self.program(folder)
        try awaitReady()
    }

    private static func program(_ folder: URL) throws -> ChildProgram {
        let arguments = [
            "-f", folder.appending(path: "kamailio.cfg").path, "-DD", "-E", "-n", "1", "-m", "32", "-M", "8", "-Y",
            folder.path, "-P", folder.appending(path: "pid").path,
        ]
        return try ChildProgram("/usr/sbin/kamailio", arguments, folder: folder)
    }

    /// Until it takes TCP connections, which it does last.
    private func awaitReady() throws {
        let clock = ContinuousClock()
        let limit = clock.now + .seconds(30)
        while clock.now < limit, program.isRunning {
            if LoopbackPort.answers(tlsPort) && LoopbackPort.answers(port) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw FaxMaterial.Failure(description: "kamailio did not start: \(program.output(last: 500))")
    }

    // MARK: - Its configuration

    private static func configuration(
        port: UInt16, tlsPort: UInt16, certificates: LabCertificates, algorithm: String
    ) -> String {
        """
        #!KAMAILIO
        debug=1
        log_stderror=yes
        children=1
        socket_workers=1
        tcp_children=2
        auto_aliases=no
        dns=no
        rev_dns=no
        enable_tls=yes
        tcp_connect_timeout=3
        listen=udp:127.0.0.1:\(port)
        listen=tcp:127.0.0.1:\(port)
        listen=tls:127.0.0.1:\(tlsPort)
        loadmodule "tls.so"
        loadmodule "kex.so"
        loadmodule "corex.so"
        loadmodule "tm.so"
        loadmodule "sl.so"
        loadmodule "rr.so"
        loadmodule "pv.so"
        loadmodule "maxfwd.so"
        loadmodule "usrloc.so"
        loadmodule "registrar.so"
        loadmodule "textops.so"
        loadmodule "siputils.so"
        loadmodule "auth.so"
        modparam("tls", "certificate", "\(certificates.path("server.pem"))")
        modparam("tls", "private_key", "\(certificates.path("server.key"))")
        modparam("tls", "tls_method", "TLSv1.2+")
        modparam("usrloc", "db_mode", 0)
        modparam("registrar", "min_expires", 60)
        modparam("auth", "algorithm", "\(algorithm)")
        modparam("auth", "nonce_count", 1)
        modparam("auth", "qop", "auth")
        request_route {
            if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
            if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
            if (has_totag()) {
                if (loose_route()) { t_relay(); exit; }
                if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
                sl_send_reply("404", "Not Here"); exit;
            }
            if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
            if (is_method("REGISTER")) {
                if (!pv_www_authenticate("faxprobe.test", "\(password)", "0")) {
                    www_challenge("faxprobe.test", "1"); exit;
                }
                save("location"); exit;
            }
            if (!pv_proxy_authenticate("faxprobe.test", "\(password)", "0")) {
                proxy_challenge("faxprobe.test", "1"); exit;
            }
            consume_credentials();
            record_route();
            if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
            t_relay();
        }
        """
    }
}
