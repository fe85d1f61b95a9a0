import FaxWire

/// T.30 frames with what they say of people replaced: octets between the flags, without FCS, the first bit on the line as
/// the least significant.
struct FrameMask {
    let names: Pseudonyms

    /// A PPS with its counts and check sequence; idents have 23 octets.
    private static let shortFrame = 9

    func masked(_ octets: [UInt8], isGood: Bool) -> [UInt8] {
        guard octets.count > 3 else { return octets }
        let frame = T30Frame(lax: octets)
        // Of a damaged frame nobody reads more than its name, which may be another's; a short one holds no ident.
        guard let signal = frame.signal, isGood || octets.count <= Self.shortFrame else {
            return scrambled(octets, from: 3)
        }
        switch signal {
        case .csi, .cig, .tsi, .sub, .sid, .pwd, .sep, .psa: return ident(octets)
        case .nsf, .nsc, .nss: return nonStandard(octets)
        case .cia, .tsa, .csa, .ira, .isp: return internetAddress(octets)
        case .des, .dec, .der, .rk, .tk, .dnk, .tr, .tnr: return scrambled(octets, from: 3)
        case .dis, .dtc, .dcs, .ctc, .cfr, .ftt, .ctr, .eom, .mps, .eop, .priEOM, .priMPS, .priEOP, .eos, .pps, .eor,
            .rr, .mcf, .rtp, .rtn, .pip, .pin, .ppr, .rnr, .err, .pid, .fdm, .dcn, .crp, .fnv, .rcp:
            return octets
        case .fcd: return scrambled(octets, from: 4)
        }
    }

    /// Text with its last character first (T.30 5.3.6.2.4).
    private func ident(_ octets: [UInt8]) -> [UInt8] {
        var text = MaskedText(Array(octets[3...].reversed()), names)
        text.identity(0..<octets.count - 3)
        return octets[..<3] + text.octets.reversed()
    }

    /// Behind country and provider: text becomes other text, every other octet but 0 another one (T.30 5.3.6.2.7).
    private func nonStandard(_ octets: [UInt8]) -> [UInt8] {
        let facilities = NonStandardFacilities(information: Array(octets[3...]))
        let start = min(octets.count, 6)
        if let text = facilities.stationText, names.isLearning {
            var known = MaskedText(Array(text.utf8), names)
            known.identity(0..<known.octets.count)
        }
        return scrambled(octets, from: start)
    }

    /// Sequence, type, length, characters in reading order (T.30 5.3.6.2.12).
    private func internetAddress(_ octets: [UInt8]) -> [UInt8] {
        guard octets.count > 6 else { return octets }
        var text = MaskedText(octets, names)
        text.anything(6..<octets.count)
        return text.octets
    }

    /// Letters stay letters, digits digits, and the same octets give the same octets.
    func scrambled(_ octets: [UInt8], from start: Int) -> [UInt8] {
        guard start < octets.count, !names.isLearning else { return octets }
        var random = names.random("frame", Int(truncatingIfNeeded: names.hash(octets)))
        var result = octets
        for index in start..<octets.count {
            let classes: [ClosedRange<UInt8>] = [0...0, 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x20...0x2F]
            if let range = classes.first(where: { $0.contains(octets[index]) }) {
                result[index] = UInt8.random(in: range, using: &random)
            } else {
                result[index] = UInt8.random(in: 0x80...0xFF, using: &random)
            }
        }
        return result
    }
}
