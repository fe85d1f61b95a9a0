import Foundation

/// An authority of one's own, a certificate of it for `localhost` and the loopback addresses, and one that nobody vouches
/// for; made by openssl, gone with the last owner.
public final class LabCertificates {
    private let folder: URL

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "faxprobe-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"]
        try openssl(["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test authority"] + key)
        try openssl(["req", "-keyout", "server.key", "-out", "server.csr"] + key.dropLast(2) + names)
        try openssl([
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
            "server.pem", "-days", "2", "-copy_extensions", "copy",
        ])
        try openssl(["req", "-x509", "-keyout", "stranger.key", "-out", "stranger.pem"] + key + names)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// - Parameter name: `ca`, `server` or `stranger`, with `.pem` for the certificate and `.key` for its key.
    public func path(_ name: String) -> String { folder.appending(path: name).path }

    private func openssl(_ arguments: [String]) throws {
        let output = FileManager.default.temporaryDirectory.appending(path: "faxprobe-openssl-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: output) }
        let files = arguments.map {
            $0.hasSuffix(".pem") || $0.hasSuffix(".key") || $0.hasSuffix(".csr") ? path($0) : $0
        }
        let program = try ChildProgram("/usr/bin/openssl", files, folder: output)
        guard program.wait(within: .seconds(30)) == 0 else {
            throw FaxMaterial.Failure(description: "openssl \(arguments[0]): \(program.output(last: 500))")
        }
    }
}
