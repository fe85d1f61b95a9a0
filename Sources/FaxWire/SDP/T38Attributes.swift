import FaxCore

extension T38Parameters {
    /// The T.38 attributes among those of a media line, as spelled; also those of which a missing line break made one
    /// (`T38FaxVersion:0a=T38MaxBitRate:14400`).
    public init(sdp attributes: [SDPAttribute]) {
        self.init()
        for attribute in attributes where Self.isT38(attribute.name) {
            if Self.isPlain(attribute) {
                self.attributes.append(Attribute(name: attribute.name, value: attribute.value))
                continue
            }
            let text = attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name
            appendPieces(of: Array(text.utf8)[...])
        }
    }

    /// Cuts before every `a=T38` inside the text; each octet is looked at once.
    private mutating func appendPieces(of text: ArraySlice<UInt8>) {
        var start = text.startIndex
        var place = start
        while place < text.endIndex {
            if text[place] == 0x61, text[place...].starts(with: "a=T38".utf8) {
                append(text[start..<place])
                start = place + 2
            }
            place += 1
        }
        append(text[start...])
    }

    private static func isT38(_ name: String) -> Bool {
        name.utf8.prefix(3).lazy.map(\.asciiLowercased).elementsEqual("t38".utf8)
    }

    /// A name and a value with nothing around or between them that would have to be cut.
    private static func isPlain(_ attribute: SDPAttribute) -> Bool {
        guard attribute.name.utf8.allSatisfy(\.isToken) else { return false }
        guard let value = attribute.value?.utf8 else { return true }
        guard let first = value.first, let last = value.last else { return false }
        return !SIPText.isSpace(first) && first != 0x3A && !SIPText.isSpace(last) && !value.contains(0x3D)
    }

    /// Takes `name:value`, `name: value`, `name value`, `name=value` or `name`.
    private mutating func append(_ text: ArraySlice<UInt8>) {
        let octets = SIPText.trimmed(text)
        let name = octets.prefix { $0.isToken }
        let behind = octets.dropFirst(name.count)
        let value = SIPText.trimmed(behind.drop { SIPText.isSpace($0) || $0 == 0x3A || $0 == 0x3D })
        let hasValue = !behind.isEmpty
        attributes.append(
            Attribute(name: SIPText.string(name), value: hasValue ? SIPText.string(value) : nil))
    }

    /// Value of the first attribute with one of these names in any case; empty for a flag.
    private func first(_ names: String...) -> String? {
        for name in names {
            if let found = attributes.first(where: { $0.name.equalsIgnoringCase(name) }) { return found.value ?? "" }
        }
        return nil
    }

    private func number(_ names: String...) -> Int? {
        for name in names {
            guard let text = first(name) else { continue }
            let digits = Array(text.utf8)[...].prefix { $0.isDigit }
            if let value = SIPText.decimal(digits, limit: 1 << 32) { return Int(value) }
        }
        return nil
    }

    /// `T38FaxVersion`; `nil` when absent (which means 0).
    public var version: Int? { number("T38FaxVersion", "T38Version") }
    /// `T38MaxBitRate` in bit/s.
    public var maxBitRate: Int? { number("T38MaxBitRate", "T38FaxMaxBitRate", "T38FaxMaxRate") }
    /// `T38FaxMaxBuffer` in octets.
    public var maxBuffer: Int? { number("T38FaxMaxBuffer", "T38FaxMaxBufferSize", "T38MaxBuffer") }
    /// `T38FaxMaxDatagram` in octets.
    public var maxDatagram: Int? { number("T38FaxMaxDatagram", "T38MaxDatagram", "T38FaxMaxDatagramSize") }
    /// `T38FaxMaxIFP` in octets.
    public var maxIFP: Int? { number("T38FaxMaxIFP", "T38MaxIFP") }
    /// Copies that `T38FaxUdpECDepth` asks for at least.
    public var errorCorrectionDepth: Int? { number("T38FaxUdpECDepth", "T38UdpECDepth") }
    public var vendorInfo: String? { first("T38VendorInfo", "T38FaxVendorInfo") }
    /// `T38ModemType` as spelled.
    public var modemType: String? { first("T38ModemType", "T38FaxModemType") }

    public enum RateManagement: String, Sendable, Hashable {
        case transferredTCF, localTCF
    }

    /// `T38FaxRateManagement`, misspellings of the field (`localTFC`, other cases) included; `nil` absent or unknown.
    public var rateManagement: RateManagement? {
        guard let text = first("T38FaxRateManagement", "T38RateManagement", "T38FaxRateManagment") else { return nil }
        let folded = text.lowercased()
        if folded.hasPrefix("transfer") { return .transferredTCF }
        if folded.hasPrefix("local") { return .localTCF }
        return nil
    }

    public enum ErrorCorrection: String, Sendable, Hashable {
        case none, redundancy, fec
    }

    /// `T38FaxUdpEC`; `nil` absent or unknown.
    public var errorCorrection: ErrorCorrection? {
        guard let text = first("T38FaxUdpEC", "T38UdpEC", "T38FaxUDPErrorCorrection") else { return nil }
        if text.containsIgnoringCase("noec") || text.equalsIgnoringCase("none") { return ErrorCorrection.none }
        if text.containsIgnoringCase("redundan") { return .redundancy }
        if text.containsIgnoringCase("fec") { return .fec }
        return nil
    }

    /// `nil`: absent, which means off. A flag without value means on; `:0` is the old habit for off.
    public var fillBitRemoval: Bool? { flag("T38FaxFillBitRemoval", "T38FillBitRemoval") }
    public var transcodingMMR: Bool? { flag("T38FaxTranscodingMMR", "T38TranscodingMMR") }
    public var transcodingJBIG: Bool? { flag("T38FaxTranscodingJBIG", "T38TranscodingJBIG") }

    private func flag(_ names: String...) -> Bool? {
        for name in names {
            guard let text = first(name) else { continue }
            switch text.lowercased() {
            case "0", "false", "no", "off", "disabled": return false
            default: return true
            }
        }
        return nil
    }

    /// Names that stand more than once, each as spelled the second time, in that order.
    public var repeatedNames: [String] {
        var count: [String: Int] = [:]
        return attributes.compactMap { attribute in
            let seen = count[attribute.name.lowercased(), default: 0] + 1
            count[attribute.name.lowercased()] = seen
            return seen == 2 ? attribute.name : nil
        }
    }

    /// As SDP attributes, to be written.
    public var sdpAttributes: [SDPAttribute] { attributes.map { SDPAttribute($0.name, $0.value) } }
}
