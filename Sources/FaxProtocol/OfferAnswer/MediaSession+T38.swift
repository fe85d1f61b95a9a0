import FaxCore
import FaxWire

// The T.38 line (T.38 Annex D.2; RFC 3362).
extension MediaSession {
    /// Our line in an offer.
    func t38Line(isOpen: Bool) -> MediaDescription {
        var line = MediaDescription(
            kind: "image", port: isOpen ? capabilities.t38?.port ?? 0 : 0, transport: "udptl", formats: ["t38"])
        guard isOpen, let t38 = capabilities.t38 else { return line }
        line.attributes = attributes(
            version: t38.version, maxBitRate: t38.maxBitRate, rateManagement: t38.rateManagements.first,
            errorCorrection: t38.errorCorrections.first, t38,
            flags: [t38.fillBitRemoval, t38.transcodingMMR, t38.transcodingJBIG])
        return line
    }

    private func attributes(
        version: Int, maxBitRate: Int, rateManagement: T38Parameters.RateManagement?,
        errorCorrection: T38Parameters.ErrorCorrection?, _ t38: T38Capabilities, flags: [Bool]
    ) -> [SDPAttribute] {
        var attributes = [
            SDPAttribute("T38FaxVersion", "\(version)"), SDPAttribute("T38MaxBitRate", "\(maxBitRate)"),
        ]
        let names = ["T38FaxFillBitRemoval", "T38FaxTranscodingMMR", "T38FaxTranscodingJBIG"]
        attributes += zip(names, flags).compactMap { quirks.flag($0, $1) }
        if let rateManagement {
            attributes.append(SDPAttribute("T38FaxRateManagement", rateManagement.rawValue))
        }
        if let size = t38.maxBuffer { attributes.append(SDPAttribute("T38FaxMaxBuffer", "\(size)")) }
        if let size = t38.maxDatagram { attributes.append(SDPAttribute("T38FaxMaxDatagram", "\(size)")) }
        if let text = errorCorrection?.sdpText { attributes.append(SDPAttribute("T38FaxUdpEC", text)) }
        return quirks.apply(attributes)
    }

    /// Whether their line can be taken at all: rate management is negotiated, and over UDPTL one must be shared.
    func acceptsT38(_ offered: T38Parameters) -> Bool {
        guard let t38 = capabilities.t38 else { return false }
        return t38.rateManagements.contains(offered.rateManagement ?? .transferredTCF)
    }

    func answerT38(
        _ line: MediaDescription, _ offer: SessionDescription, _ agreed: inout AgreedMedia
    ) -> MediaDescription {
        guard let t38 = capabilities.t38, let taken = agreedT38(line, offer) else { return line.refused }
        agreed.t38 = taken
        var answer = MediaDescription(kind: line.kind, port: t38.port, transport: line.transport, formats: line.formats)
        answer.attributes = attributes(
            version: quirks.answeredVersion ?? taken.version, maxBitRate: taken.maxBitRate,
            rateManagement: taken.rateManagement, errorCorrection: taken.errorCorrection, t38,
            flags: [taken.fillBitRemoval, taken.transcodingMMR, taken.transcodingJBIG])
        if taken.direction != .sendrecv { answer.attributes.append(SDPAttribute(taken.direction.rawValue)) }
        return answer
    }

    /// What their line, offer or answer, and our capabilities have in common.
    func agreedT38(_ line: MediaDescription, _ description: SessionDescription) -> AgreedT38? {
        guard let t38 = capabilities.t38 else { return nil }
        let theirs = line.t38
        let remote = description.endpoint(of: line)
        return AgreedT38(
            remote: remote?.address.isUnspecified == true ? nil : remote,
            version: min(t38.version, theirs.version ?? 0),
            maxBitRate: min(t38.maxBitRate, theirs.maxBitRate ?? t38.maxBitRate),
            rateManagement: theirs.rateManagement ?? t38.rateManagements.first ?? .transferredTCF,
            errorCorrection: errorCorrection(theirs.errorCorrection, t38),
            remoteMaxDatagram: theirs.maxDatagram, remoteMaxBuffer: theirs.maxBuffer,
            fillBitRemoval: t38.fillBitRemoval && theirs.fillBitRemoval == true,
            transcodingMMR: t38.transcodingMMR && theirs.transcodingMMR == true,
            transcodingJBIG: t38.transcodingJBIG && theirs.transcodingJBIG == true,
            direction: description.direction(of: line).mirrored)
    }

    /// Theirs when we can do it, else redundancy, which everybody can (T.38 9.1.4), else our dearest.
    private func errorCorrection(
        _ theirs: T38Parameters.ErrorCorrection?, _ t38: T38Capabilities
    ) -> T38Parameters.ErrorCorrection {
        if let theirs, t38.errorCorrections.contains(theirs) { return theirs }
        if t38.errorCorrections.contains(.redundancy) { return .redundancy }
        return t38.errorCorrections.first ?? .none
    }
}

extension T38Parameters.ErrorCorrection {
    /// As T.38 Annex D spells it; no attribute means none.
    var sdpText: String? {
        switch self {
        case .none: nil
        case .redundancy: "t38UDPRedundancy"
        case .fec: "t38UDPFEC"
        }
    }
}
