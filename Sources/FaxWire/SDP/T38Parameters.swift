/// The T.38 attributes of an image line as SDP spells them, in their order, with typed readers beside
/// (T.38 Annex D; RFC 3362). Misspellings and boolean habits of the field are read and kept as they stood.
public struct T38Parameters: Sendable, Hashable {
    public struct Attribute: Sendable, Hashable {
        public var name: String
        /// `nil`: a flag without a value.
        public var value: String?

        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    public var attributes: [Attribute]

    public init(attributes: [Attribute] = []) {
        self.attributes = attributes
    }
}

/// An RTP payload format as rtpmap or the static table (RFC 3551) gives it.
public struct PayloadFormat: Sendable, Hashable {
    /// As spelled: `PCMU`, `telephone-event`, `G726-32` …
    public var encoding: String
    public var clockRate: Int
    /// `a=fmtp` value, if any.
    public var parameters: String?

    public init(encoding: String, clockRate: Int, parameters: String? = nil) {
        self.encoding = encoding
        self.clockRate = clockRate
        self.parameters = parameters
    }
}
