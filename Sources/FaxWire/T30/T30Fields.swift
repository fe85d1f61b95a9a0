extension T30Frame {
    /// What the information field says, in order (T.30 5.3.6.2); empty where there is nothing to say.
    public var fields: [T30Field] { fields(framesOfBlock: nil) }

    /// - Parameter framesOfBlock: how many frames the partial page has that a PPR speaks of: a bit map has room for 256,
    ///   and some receivers set the bits of frames that there are not.
    public func fields(framesOfBlock: Int?) -> [T30Field] {
        guard let signal else { return asTheyAre }
        switch signal {
        case .dis, .dtc: return DigitalIdentification(information: information).fields + lengthRemark
        case .dcs: return DigitalCommand(information: information).fields + lengthRemark
        case .csi, .cig, .tsi: return text("ident", "of the station")
        case .sub: return text("text", "subaddress")
        case .sep: return text("text", "selective polling address")
        case .psa: return text("text", "polled subaddress")
        case .sid: return text("text", "sender identification")
        case .pwd: return text("text", "password")
        case .cia, .tsa, .csa, .ira, .isp: return internetAddress
        case .nsf, .nsc, .nss: return NonStandardFacilities(information: information).fields
        case .pps, .eor: return partialPage
        case .ppr: return repeatRequest(framesOfBlock)
        case .ctc: return rate
        case .fnv: return notValid
        case .fcd: return codedFrame
        case .fdm, .des, .dec, .der, .dnk, .rk, .tk, .cfr, .ftt, .ctr, .eom, .mps, .eop, .priEOM, .priMPS, .priEOP,
            .eos, .rr, .mcf, .rtp, .rtn, .pip, .pin, .rnr, .err, .pid, .dcn, .crp, .tnr, .tr, .rcp:
            return asTheyAre
        }
    }

    /// Octets that no clause read here explains.
    private var asTheyAre: [T30Field] {
        guard !information.isEmpty else { return [] }
        let shown = hexadecimal(information.prefix(Self.octetsShown))
        return [T30Field(name: "information", value: .text(shown), meaning: "octets as they came")]
    }

    /// Octets of an information field that is shown as it came.
    static let octetsShown = 128

    /// An ident or address: 20 characters, the last one first on the line (T.30 5.3.6.2.4 … 5.3.6.2.9).
    private func text(_ name: String, _ meaning: String) -> [T30Field] {
        let text = Identification.text(information.prefix(Self.octetsShown))
        return [T30Field(name: name, value: .text(text), meaning: meaning)] + length(Identification.octets)
    }

    /// Says so where the field has not the octets it should have.
    private func length(_ right: Int) -> [T30Field] {
        guard information.count != right else { return [] }
        return [T30Field(name: "length", value: .number(information.count), meaning: "octets, where \(right) belong")]
    }

    private var lengthRemark: [T30Field] {
        guard let remark = InformationBits(information).lengthRemark else { return [] }
        return [T30Field(name: "length-remark", value: .text(remark), meaning: "length and extension bits disagree")]
    }

    private var internetAddress: [T30Field] {
        guard let (type, text) = Identification.internetAddress(information) else { return asTheyAre }
        return [
            T30Field(name: "address", value: .text(text), meaning: "Internet address"),
            T30Field(name: "address-type", value: .text(type), meaning: "kind of address"),
        ]
    }

    private var partialPage: [T30Field] {
        guard let command else { return asTheyAre }
        let what = T30Field(name: "command", value: .text(command.abbreviation), meaning: "post-message command")
        guard signal == .pps, let counts = PartialPageCounts(information: information) else {
            return [what] + asTheyAre
        }
        return [
            what, T30Field(name: "page", value: .number(counts.page), meaning: "page counter, modulo 256"),
            T30Field(name: "block", value: .number(counts.block), meaning: "block counter, modulo 256"),
            T30Field(name: "frames", value: .number(counts.frames), meaning: "frames of the partial page"),
        ]
    }

    private func repeatRequest(_ framesOfBlock: Int?) -> [T30Field] {
        let frames = PartialPageRequest(information: information).frames(of: framesOfBlock)
        return [
            T30Field(name: "frames", value: .text(ranges(frames)), meaning: "numbers of the frames wanted again"),
            T30Field(name: "count", value: .number(frames.count), meaning: "frames wanted again"),
        ] + length(PartialPageRequest.octets)
    }

    /// A CTC repeats the first 16 bits of the DCS (T.30 A.4.1).
    private var rate: [T30Field] {
        guard information.count >= 2 else { return asTheyAre }
        return [
            T30Field(
                name: "rate", bit: 11, value: .text(DigitalCommand(information: information).rateText),
                meaning: "modulation and bit/s of the image")
        ]
    }

    /// The first octet of an FNV names the fields that were not accepted (T.30 5.3.6.2.13).
    private var notValid: [T30Field] {
        guard let first = information.first else { return [] }
        let names = ["PWD", "SEP", "SUB", "SID", "secure fax", "TSI", "PSA"]
        let wrong = names.indices.filter { first >> UInt8($0) & 1 == 1 }.map { names[$0] }
        return [T30Field(name: "not-valid", value: .list(wrong), meaning: "fields that were not accepted")] + asTheyAre
    }

    private var codedFrame: [T30Field] {
        guard let number = information.first else { return [] }
        return [
            T30Field(name: "frame", value: .number(Int(number)), meaning: "frame number"),
            T30Field(name: "octets", value: .number(information.count - 1), meaning: "octets of image data"),
        ]
    }
}
