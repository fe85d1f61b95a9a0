import FaxCore
import PcapDecode

/// From a call to its fax.
public struct FaxAnalyzer: Sendable {
    public struct Options: Sendable {
        /// Decode page images (`false`: count pages only).
        public var decodePages = true

        public init() {}
    }

    public let options: Options

    public init(options: Options = Options()) {
        self.options = options
    }

    public func analyze(_ call: Call) -> FaxSession {
        FaxSession()
    }
}

/// First findings, as data with evidence.
public enum FirstFindings {
    public static func findings(call: Call, fax: FaxSession) -> [Finding] { [] }
}
