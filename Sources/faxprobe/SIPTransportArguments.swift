import ArgumentParser
import FaxCore
import FaxEndpoint
import FaxProtocol

/// Over what SIP goes, and whom TLS believes.
struct SIPTransportArguments: ConfiguredOptions {
    @Option(help: ArgumentHelp("Certificate (PEM) for tls: ports, shown to servers that ask.", valueName: "file"))
    var tlsCert: String?
    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "file")) var tlsKey: String?
    @Option(help: ArgumentHelp("Authorities (PEM) to believe instead of the system's.", valueName: "file"))
    var tlsCa: String?
    @Flag(help: "Believe any certificate. For tests only.") var tlsInsecure = false

    func validate() throws {
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key go together.")
        }
        if tlsCa != nil, tlsInsecure {
            throw ValidationError("--tls-ca says whom to believe, --tls-insecure says anybody: use one of them.")
        }
    }

    var settings: TLSSettings {
        var settings = TLSSettings()
        settings.certificatePath = tlsCert
        settings.keyPath = tlsKey
        settings.authorityPath = tlsCa
        settings.isInsecure = tlsInsecure
        return settings
    }

    // MARK: - Where to listen

    static let listenHelp: ArgumentHelp = ArgumentHelp(
        "Where to listen for SIP: UDP and TCP, or what udp:, tcp: or tls: before it says. Repeatable; port 0 is any.",
        valueName: "address:port")

    func validate(listen: [String]) throws {
        for text in listen where EndpointText.paths(text, port: 5_060) == nil {
            throw ValidationError(
                "--listen wants an IP address and a port, such as 127.0.0.1:5060, with udp:, tcp: or tls: before it "
                    + "where only that is wanted; not '\(text)'.")
        }
        try Self.validate(listen.flatMap { EndpointText.paths($0, port: 5_060) ?? [] })
    }

    private static func validate(_ ports: [SIPPath]) throws {
        for (place, port) in ports.enumerated() {
            let isSecond = ports[..<place].contains {
                $0.transport == port.transport && $0.endpoint.address.isV4 == port.endpoint.address.isV4
            }
            if isSecond {
                throw ValidationError(
                    "--listen: one place for \(port.transport.rawValue) and each of IPv4 and IPv6; 0.0.0.0 or [::] is all."
                )
            }
        }
    }

    /// The ports of the command line, else those of the configuration; empty when there is none.
    /// - Parameter port: of places without one.
    func ports(_ listen: [String], _ choices: EndpointChoices, port: UInt16) throws -> [SIPPath] {
        let texts = listen.isEmpty ? choices.listen : listen
        let ports = texts.flatMap { EndpointText.paths($0, port: port) ?? [] }
        try Self.validate(ports)
        if ports.contains(where: { $0.transport == .tls }), !(try over(choices.call).settings.hasCertificate) {
            throw ValidationError("--listen tls: needs --tls-cert and --tls-key.")
        }
        return ports
    }

    static let names = ["tls-cert", "tls-key", "tls-ca"]

    func over(_ other: SIPTransportArguments) -> SIPTransportArguments {
        var merged = self
        if tlsCert == nil { (merged.tlsCert, merged.tlsKey) = (other.tlsCert, other.tlsKey) }
        if tlsCa == nil, !tlsInsecure { merged.tlsCa = other.tlsCa }
        return merged
    }
}
