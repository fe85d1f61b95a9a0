import FaxWire

/// How peers of the field differ from T.38 Annex D in what they write. The default is faultless.
public struct SDPQuirks: Sendable, Hashable {
    /// How `T38FaxFillBitRemoval` and its like are written.
    public enum Flags: Sendable, Hashable {
        /// The name alone, when on.
        case bare
        /// `:1` when on, nothing when off.
        case one
        /// `:1` and `:0`, always.
        case oneAndZero
    }

    public var flags = Flags.bare
    /// Attributes that are left out, as T.38 spells them.
    public var omitted: [String] = []
    /// Attributes that stand twice.
    public var repeated: [String] = []
    /// Instead of `transferredTCF` or `localTCF`, such as `localTFC`.
    public var rateManagementText: String?
    /// All names of T.38 attributes in lower case.
    public var lowerCaseNames = false
    /// A blank behind the colon.
    public var blankBehindColon = false
    /// Version that answers name, whatever was offered.
    public var answeredVersion: Int?
    /// The audio line keeps its port while T.38 stands, in offers and answers.
    public var keepsAudio = false
    /// Every description has the same `o=` version.
    public var fixedVersion = false

    public init() {}

    public static let none = SDPQuirks()

    func apply(_ attributes: [SDPAttribute]) -> [SDPAttribute] {
        var written: [SDPAttribute] = []
        for var attribute in attributes {
            if omitted.contains(where: { $0.lowercased() == attribute.name.lowercased() }) { continue }
            let isRepeated = repeated.contains { $0.lowercased() == attribute.name.lowercased() }
            if attribute.name == "T38FaxRateManagement", let text = rateManagementText { attribute.value = text }
            if lowerCaseNames { attribute.name = attribute.name.lowercased() }
            if blankBehindColon { attribute.value = attribute.value.map { " \($0)" } }
            written.append(attribute)
            if isRepeated { written.append(attribute) }
        }
        return written
    }

    func flag(_ name: String, _ isOn: Bool) -> SDPAttribute? {
        switch (flags, isOn) {
        case (.bare, true): SDPAttribute(name)
        case (.one, true), (.oneAndZero, true): SDPAttribute(name, "1")
        case (.oneAndZero, false): SDPAttribute(name, "0")
        case (.bare, false), (.one, false): nil
        }
    }
}
