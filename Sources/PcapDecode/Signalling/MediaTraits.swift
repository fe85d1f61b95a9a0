import FaxCore
import FaxWire

/// What the section of a media line says apart from its port and from the session around it.
struct MediaTraits: Sendable {
    /// A line as it stands in its description, and what is written wrongly there.
    struct Placed {
        var line: StepSDP.Line
        var faults: [String]
    }

    /// With neither port nor session: of the address only its own.
    private let line: StepSDP.Line
    /// There is a `c=`, perhaps with a host name.
    private let hasConnection: Bool
    private let direction: MediaDirection?
    private let hasRTCPMux: Bool
    private let faults: [String]

    init(_ media: MediaDescription) {
        line = StepSDP.Line(media)
        hasConnection = media.connection != nil
        direction = media.direction
        hasRTCPMux = media.hasRTCPMux
        faults = Self.faults(media)
    }

    /// - Parameter session: only what stands before its media lines is looked at.
    func at(port: UInt16, in session: SessionDescription) -> Placed {
        var line = line
        line.port = port
        if !hasConnection { line.address = session.connection?.ip }
        line.endpoint = Self.endpoint(line.address, port)
        if hasRTCPMux { line.rtcpPort = port }
        // 0.0.0.0 is the old form of hold (RFC 3264 §8.4).
        let isHeld = line.address?.isUnspecified == true
        line.direction = isHeld ? .inactive : direction ?? session.direction ?? .sendrecv
        guard line.kind == .image, port != 0, !hasConnection, session.connection == nil else {
            return Placed(line: line, faults: faults)
        }
        return Placed(line: line, faults: faults + ["the image line has no c="])
    }

    /// A host name (RFC 8866 §5.7), or no `c=` at all: the address is not known from here, the port is. Media are
    /// expected where the signalling came from then.
    private static func endpoint(_ address: IPAddress?, _ port: UInt16) -> Endpoint? {
        if port == 0 || address?.isUnspecified == true { return nil }
        return Endpoint(address ?? IPAddress(v4: 0), port)
    }

    private static func faults(_ media: MediaDescription) -> [String] {
        var faults: [String] = []
        for attribute in media.attributes {
            guard let value = attribute.value else { continue }
            if attribute.name == "rtpmap", !namesEncoding(value) {
                faults.append("a=rtpmap:\(value.prefix(40)) names no encoding")
            }
            // The search is dear, and nearly no value has such a sign.
            if value.utf8.contains(UInt8(ascii: "=")), attribute.name.hasPrefix("T38"), value.contains("a=T38") {
                faults.append("a line break is missing in a=\(attribute.name):\(value.prefix(60))")
            }
        }
        return faults
    }

    /// Whether something stands behind the payload type of `a=rtpmap`.
    private static func namesEncoding(_ value: String) -> Bool {
        value.utf8.drop { $0 == 0x20 }.drop { $0 != 0x20 }.contains { $0 != 0x20 }
    }
}

extension StepSDP.Line {
    fileprivate init(_ media: MediaDescription) {
        kind = media.isAudio ? .audio : media.isImage ? .image : .other(media.kind)
        transport = media.transport.uppercased()
        port = 0
        address = media.connection?.ip
        rtcpPort = media.rtcp?.port
        direction = .sendrecv
        codecs = Dictionary(media.payloadFormats.map { ($0.type, $0.format) }, uniquingKeysWith: { first, _ in first })
        preference = media.preference
        t38 = media.isT38 ? media.t38 : nil
        let isPlain = transport == "RTP/AVP" || transport == "UDPTL"
        crypto = media.crypto
        isEncrypted =
            !isPlain && (transport.contains("SAVP") || transport.contains("TLS")) || !crypto.isEmpty
            || !media.fingerprints.isEmpty
        voiceBandDataTypes = media.voiceBandDataTypes
        packetTimeMs = media.packetTimeMs
    }
}
