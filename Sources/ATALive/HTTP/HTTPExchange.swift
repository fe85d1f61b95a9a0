/// A request to the web server of a device or a fax server.
public struct HTTPCall: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    public var method: Method
    /// As it goes out, with whatever stands behind the path: some devices want `&` where others have `?`.
    public var target: String
    public var headers: [Header] = []
    public var body: [UInt8] = []

    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(_ method: Method = .get, _ target: String) {
        self.method = method
        self.target = target
    }

    /// A form as browsers send it.
    public static func form(_ target: String, _ body: String) -> HTTPCall {
        var call = HTTPCall(.post, target)
        call.headers = [Header("Content-Type", "application/x-www-form-urlencoded")]
        call.body = Array(body.utf8)
        return call
    }
}

public struct HTTPReply: Sendable, Hashable {
    public var status: Int
    public var headers: [HTTPCall.Header]
    public var body: [UInt8]

    public init(_ status: Int, headers: [HTTPCall.Header] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var isGood: Bool { (200..<300).contains(status) }
}

/// The way to one device. Redirects are not followed: a device that sends elsewhere is told.
public protocol HTTPExchange: Sendable {
    /// Throws ``ATAFailure/unreachable(_:)`` when there is no answer.
    func send(_ call: HTTPCall) async throws(ATAFailure) -> HTTPReply
}
