import Glibc
import NIOCore
import NIOSSL

/// Keys and trust for SIP over TLS. Others are verified unless told otherwise: their certificate against the
/// authorities, and its names against the host that was dialled (RFC 5922 §7).
public struct TLSSettings: Sendable, Hashable {
    /// PEM files: our certificate (with what leads to its authority behind it) and its key. For ports that listen; shown to
    /// servers that ask for one, too.
    public var certificatePath: String?
    public var keyPath: String?
    /// A PEM file of the authorities to believe instead of the system's.
    public var authorityPath: String?
    /// Believes anybody.
    public var isInsecure = false

    public init() {}

    /// Whether a port can listen.
    public var hasCertificate: Bool { certificatePath != nil && keyPath != nil }
}

/// The same, read and ready. One for an endpoint.
struct TLSContexts {
    struct Failure: Error, Sendable, CustomStringConvertible {
        var description: String
    }

    let client: NIOSSLContext
    /// Believes anybody.
    let isInsecure: Bool
    /// `nil`: there is no certificate to show.
    let server: NIOSSLContext?

    init(_ settings: TLSSettings) throws(Failure) {
        isInsecure = settings.isInsecure
        do {
            let identity = try Self.identity(settings)
            var client = TLSConfiguration.makeClientConfiguration()
            client.minimumTLSVersion = .tlsv12
            client.trustRoots = settings.authorityPath.map { .file($0) } ?? .default
            client.certificateVerification = settings.isInsecure ? .none : .fullVerification
            if let identity {
                client.certificateChain = identity.chain
                client.privateKey = identity.key
            }
            self.client = try NIOSSLContext(configuration: client)
            server = try identity.map { identity in
                var server = TLSConfiguration.makeServerConfiguration(
                    certificateChain: identity.chain, privateKey: identity.key)
                server.minimumTLSVersion = .tlsv12
                return try NIOSSLContext(configuration: server)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "TLS cannot be set up: \(Self.text(error))")
        }
    }

    private static func identity(
        _ settings: TLSSettings
    ) throws -> (chain: [NIOSSLCertificateSource], key: NIOSSLPrivateKeySource)? {
        if let path = settings.authorityPath { _ = try certificates(path) }
        guard let certificatePath = settings.certificatePath, let keyPath = settings.keyPath else { return nil }
        let chain = try certificates(certificatePath)
        do {
            let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
            return (chain.map { .certificate($0) }, .privateKey(key))
        } catch {
            throw Failure(description: "\(keyPath) is no private key in PEM that can be read")
        }
    }

    private static func certificates(_ path: String) throws(Failure) -> [NIOSSLCertificate] {
        if let found = try? NIOSSLCertificate.fromPEMFile(path), !found.isEmpty { return found }
        throw Failure(description: "\(path) holds no certificate in PEM that can be read")
    }

    // MARK: - What went wrong, for people

    static func text(_ error: any Error) -> String {
        if let extra = error as? NIOSSLExtraError, extra == .failedToValidateHostname {
            return "its certificate is not for that name"
        }
        return switch error {
        case NIOSSLError.handshakeFailed(let inner): handshakeText(inner)
        case NIOSSLError.uncleanShutdown: "it went away without a word"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        default: "\(error)"
        }
    }

    private static func handshakeText(_ error: BoringSSLError) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not to be trusted (see --tls-ca, or --tls-insecure for tests)"
        }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS there" }
        return "no agreement: \(text)"
    }
}
