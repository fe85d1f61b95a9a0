import FaxCore

/// One SIP message as it stood on the wire: its octets and an index over them. Headers are read when asked for
/// (RFC 3261 §7). Made by ``SIPMessage/strict(_:extent:)``, ``SIPMessage/lax(_:extent:)`` or from a ``SIPMessageDraft``.
public struct SIPMessage: Sendable, Hashable {
    public enum StartLine: Sendable, Hashable {
        case request(SIPMethod, uri: String)
        /// `status` is 100…699.
        case response(status: Int, reason: String)
    }

    /// Limits of one message; passing one is a `DecodeFailure` that names it.
    public enum Limit {
        /// Header fields of one message.
        public static let headers = 512
        /// Octets of start line and headers.
        public static let headOctets = 131_072
        /// Octets of the body.
        public static let bodyOctets = 1_048_576
        /// Octets of a method.
        public static let methodOctets = 64
    }

    /// One header field: its place in ``SIPMessage/octets``, folding included.
    struct Field: Sendable, Hashable {
        var header: SIPHeader
        var isFolded: Bool
        var nameStart: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    public let startLine: StartLine
    /// The whole message, head and body, without what stood before or after it.
    public let octets: [UInt8]
    let fields: [Field]
    let bodyStart: Int
    /// Octets that followed the body in the same datagram (RFC 3261 §18.3: to be discarded); 0 in a stream.
    public let surplus: Int

    init(startLine: StartLine, octets: [UInt8], fields: [Field], bodyStart: Int, surplus: Int) {
        self.startLine = startLine
        self.octets = octets
        self.fields = fields
        self.bodyStart = bodyStart
        self.surplus = surplus
    }

    public var body: ArraySlice<UInt8> { octets[bodyStart...] }

    /// Request method; `nil` for a response.
    public var method: SIPMethod? {
        switch startLine {
        case .request(let method, uri: _): method
        case .response: nil
        }
    }

    /// Status code of a response; `nil` for a request.
    public var status: Int? {
        switch startLine {
        case .request: nil
        case .response(let status, reason: _): status
        }
    }

    /// `nil` for a request; may be empty.
    public var reasonPhrase: String? {
        switch startLine {
        case .request: nil
        case .response(status: _, let reason): reason
        }
    }

    public var requestURI: String? {
        switch startLine {
        case .request(_, let uri): uri
        case .response: nil
        }
    }
}

// MARK: - Header fields as text

extension SIPMessage {
    /// Every field in order: name as spelled and value with folding undone.
    public var headers: [(name: String, value: String)] {
        fields.map { (name: String(decoding: octets[$0.name], as: UTF8.self), value: text(of: $0)) }
    }

    public var headerCount: Int { fields.count }

    public func has(_ header: SIPHeader) -> Bool { fields.contains { $0.header == header } }

    /// Value of the first field of that name.
    public func value(_ header: SIPHeader) -> String? {
        for field in fields where field.header == header { return text(of: field) }
        return nil
    }

    /// Values of all fields of that name, one a field.
    public func values(_ header: SIPHeader) -> [String] {
        var values: [String] = []
        for field in fields where field.header == header { values.append(text(of: field)) }
        return values
    }

    /// Value of the first field with that name in any case, for names that are not in ``SIPHeader``.
    public func value(named name: String) -> String? {
        let wanted = SIPHeader(name: name)
        if wanted != .other { return value(wanted) }
        let lowercased = Array(name.utf8).map(\.asciiLowercased)
        return fields.first { field in
            field.header == .other && octets[field.name].lazy.map(\.asciiLowercased).elementsEqual(lowercased)
        }.map(text(of:))
    }

    /// The comma-separated elements of all fields of that name, commas inside quotes and `<>` not counted
    /// (RFC 3261 §7.3.1).
    public func elements(_ header: SIPHeader) -> [String] {
        values(header).flatMap { value in SIPText.elements(Array(value.utf8)[...]).map { SIPText.string($0) } }
    }

    private func text(of field: Field) -> String {
        guard field.isFolded else { return String(decoding: octets[field.value], as: UTF8.self) }
        return SIPText.unfolded(octets[field.value])
    }

    /// The octets of the first field of that name, folding left in.
    func rawValue(_ header: SIPHeader) -> ArraySlice<UInt8>? {
        for field in fields where field.header == header { return octets[field.value] }
        return nil
    }
}

// MARK: - Typed headers

/// `CSeq` (RFC 3261 §20.16).
public struct SIPCSeq: Sendable, Hashable {
    /// Below 2^31.
    public var number: UInt32
    public var method: SIPMethod

    public init(number: UInt32, method: SIPMethod) {
        self.number = number
        self.method = method
    }
}

extension SIPMessage {
    public var callID: String? { value(.callID) }

    /// `nil`: missing, negative, past 2^31 − 1 or without a method.
    public var cseq: SIPCSeq? {
        guard let raw = rawValue(.cseq) else { return nil }
        let digits = raw.prefix { !SIPText.isSpace($0) }
        let method = SIPText.trimmed(raw[digits.endIndex...])
        guard !method.isEmpty, !method.contains(where: SIPText.isSpace),
            let number = SIPText.decimal(digits, limit: 1 << 31)
        else { return nil }
        return SIPCSeq(number: UInt32(number), method: SIPMethod(octets: method))
    }

    public var from: SIPNameAddress? { rawValue(.from).flatMap { SIPNameAddress(octets: $0) } }
    public var to: SIPNameAddress? { rawValue(.to).flatMap { SIPNameAddress(octets: $0) } }
    public var fromTag: String? { rawValue(.from).flatMap { SIPText.parameter("tag", of: $0) } }
    public var toTag: String? { rawValue(.to).flatMap { SIPText.parameter("tag", of: $0) } }

    /// All Contact values; `*` of a REGISTER has the URI `*`.
    public var contacts: [SIPNameAddress] { addresses(.contact) }
    /// The host of the first Contact, without reading the rest of it.
    public var contactHost: String? { rawValue(.contact).flatMap(SIPURI.hostOfAddress) }
    public var recordRoutes: [SIPNameAddress] { addresses(.recordRoute) }
    public var routes: [SIPNameAddress] { addresses(.route) }
    public var referTo: SIPNameAddress? { rawValue(.referTo).flatMap { SIPNameAddress(octets: $0) } }
    public var vias: [SIPVia] { elements(.via).compactMap(SIPVia.init) }
    /// `branch` of the topmost Via.
    public var branch: String? {
        rawValue(.via).flatMap { SIPText.parameter("branch", of: $0, isList: true) }
    }

    public func addresses(_ header: SIPHeader) -> [SIPNameAddress] {
        elements(header).compactMap { SIPNameAddress($0) }
    }

    public var contentLength: Int? {
        rawValue(.contentLength).flatMap { SIPText.decimal($0, limit: Int64(Int32.max)) }.map(Int.init)
    }
    public var maxForwards: Int? { number(.maxForwards) }
    /// RFC 3262 §7.1.
    public var rSeq: Int? { number(.rSeq) }
    /// Seconds; RFC 3261 §20.33.
    public var retryAfter: Int? {
        guard let raw = rawValue(.retryAfter) else { return nil }
        return SIPText.decimal(raw.prefix { $0.isDigit }, limit: 1 << 32).map(Int.init)
    }
    public var expires: Int? { number(.expires) }

    private func number(_ header: SIPHeader) -> Int? {
        rawValue(header).flatMap { SIPText.decimal($0, limit: 1 << 32) }.map(Int.init)
    }
}
