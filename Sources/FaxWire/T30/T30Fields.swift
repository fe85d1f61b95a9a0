extension T30Frame {
    /// What the information field says, decoded, in order (T.30 5.3.6.2).
    public var fields: [T30Field] {
        guard let signal else { return information.isEmpty ? [] : [rest] }
        switch signal {
        case .dis, .dtc: return DigitalIdentification(information: information).fields + lengthRemark
        case .dcs: return DigitalCommand(information: information).fields + lengthRemark
        case .csi, .cig, .tsi: return [text("ident")] + identLength
        case .sub, .sep, .psa, .sid, .pwd: return [text("text")] + identLength
        case .cia, .tsa, .csa, .ira, .isp: return internetAddress
        case .nsf, .nsc, .nss: return NonStandardFacilities(information: information).fields
        case .pps, .eor: return partialPage
        case .ppr: return repeatRequest
        case .ctc: return correction
        case .fnv: return notValid
        case .fdm: return information.isEmpty ? [] : [rest]
        case .fcd, .des, .dec, .der, .dnk, .rk, .cfr, .ftt, .ctr, .eom, .mps, .eop, .priEOM, .priMPS, .priEOP, .eos,
            .rr,
            .mcf, .rtp, .rtn, .pip, .pin, .rnr, .err, .pid, .dcn, .crp, .tnr, .tr, .rcp:
            return information.isEmpty || signal == .fcd ? [] : [rest]
        }
    }

    private var rest: T30Field {
        T30Field(name: "information", value: .text(hexadecimal(information)), meaning: "octets as they are")
    }

    private func text(_ name: String) -> T30Field {
        T30Field(name: name, value: .text(Identification.text(information)), meaning: "characters, last one sent first")
    }

    /// T.30 5.3.6.2.4: an ident has 20 octets.
    private var identLength: [T30Field] {
        guard information.count != Identification.octets else { return [] }
        return [T30Field(name: "length", value: .number(information.count), meaning: "octets where 20 belong")]
    }

    private var lengthRemark: [T30Field] {
        guard let remark = InformationBits(information).lengthRemark else { return [] }
        return [T30Field(name: "length-remark", value: .text(remark), meaning: "extension bits and length disagree")]
    }

    private var internetAddress: [T30Field] {
        guard let (type, text) = Identification.internetAddress(information) else { return [rest] }
        return [
            T30Field(name: "address-type", value: .text(type), meaning: "kind of Internet address"),
            T30Field(name: "address", value: .text(text), meaning: "Internet address"),
        ]
    }

    private var partialPage: [T30Field] {
        guard let command else { return [] }
        var fields = [T30Field(name: "command", value: .text(command.abbreviation), meaning: "post-message command")]
        guard signal == .pps, let counts = PartialPageCounts(information: information) else { return fields }
        fields += [
            T30Field(name: "page", value: .number(counts.page), meaning: "page counter, modulo 256"),
            T30Field(name: "block", value: .number(counts.block), meaning: "block counter, modulo 256"),
            T30Field(name: "frames", value: .number(counts.frames), meaning: "frames of the partial page"),
        ]
        return fields
    }

    private var repeatRequest: [T30Field] {
        let frames = PartialPageRequest(information: information).frames
        var fields = [
            T30Field(name: "frames", value: .text(ranges(frames)), meaning: "frames asked for again"),
            T30Field(name: "count", value: .number(frames.count), meaning: "how many"),
        ]
        if information.count != PartialPageRequest.octets {
            fields.append(
                T30Field(name: "length", value: .number(information.count), meaning: "octets where 32 belong"))
        }
        return fields
    }

    /// T.30 A.4.1: a CTC repeats the first 16 bits of the DCS.
    private var correction: [T30Field] {
        let modulation = InformationBits(information).commandedModulation
        return [
            T30Field(
                name: "rate", bit: 11, value: .text(modulation?.text ?? "reserved"), meaning: "data signalling rate")
        ]
    }

    /// T.30 5.3.6.2.13: the first octet of an FNV says which fields the station did not take.
    private var notValid: [T30Field] {
        let names = [
            "password (PWD)", "selective polling address (SEP)", "subaddress (SUB)", "sender identification (SID)",
            "secure fax error", "transmitting subscriber ident (TSI)", "polled subaddress (PSA)",
        ]
        guard let first = information.first else { return [] }
        let wrong = names.indices.filter { first >> UInt8($0) & 1 == 1 }.map { names[$0] }
        return [T30Field(name: "not-valid", value: .list(wrong), meaning: "fields that were not accepted"), rest]
    }
}
