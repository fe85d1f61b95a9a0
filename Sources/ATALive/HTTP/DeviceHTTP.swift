import AsyncHTTPClient
import FaxCore
import FaxEndpoint
import FaxProtocol
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The web server of one device, with timeouts and limits of size, one request at a time: these are small machines.
public actor DeviceHTTP: HTTPExchange {
    /// Octets of a page at most.
    public static let pageLimit = 4 << 20

    public struct Patience: Sendable, Hashable {
        /// Until a whole reply is there.
        public var reply = Duration.seconds(20)
        public var connect = Duration.seconds(5)

        public init() {}
    }

    public struct BadAddress: Error, Sendable, CustomStringConvertible {
        public var description: String
    }

    /// Scheme, host and port, without a slash at the end.
    private let base: String
    private var login: HTTPLogin
    private let patience: Patience
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter url: such as `http://192.0.2.20`; without a scheme it is HTTP.
    public init(
        _ url: String, _ credentials: DeviceCredentials = DeviceCredentials(), patience: Patience = Patience()
    ) throws(BadAddress) {
        let text = url.contains("://") ? url : "http://" + url
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.path.isEmpty || parts.path == "/"
        else {
            throw BadAddress(description: "'\(url)' is no address of a device; wanted is one such as http://192.0.2.20")
        }
        base = "\(scheme)://\(parts.percentEncodedHost ?? host)" + (parts.port.map { ":\($0)" } ?? "")
        self.patience = patience
        var generator = SystemRandomNumberGenerator()
        login = HTTPLogin(credentials, hash: .crypto, random: SeededRandom(seed: generator.next()))
    }

    public func send(_ call: HTTPCall) async throws(ATAFailure) -> HTTPReply {
        await takeTurn()
        defer { passTurn() }
        let header = login.header(for: call)
        let reply = try await exchange(call, header)
        // Without a challenge there is nothing to answer.
        guard reply.status == 401, !reply.values("WWW-Authenticate").isEmpty else { return reply }
        try login.take(reply, wasAnswered: header != nil)
        let again = login.header(for: call)
        let second = try await exchange(call, again)
        if second.status == 401 {
            // A fresh nonce may be told to be stale once; a password may not.
            try login.take(second, wasAnswered: true)
            return try await exchange(call, login.header(for: call))
        }
        return second
    }

    private func takeTurn() async {
        guard isBusy else {
            isBusy = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func passTurn() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }

    private func exchange(_ call: HTTPCall, _ authorization: HTTPCall.Header?) async throws(ATAFailure) -> HTTPReply {
        var request = HTTPClientRequest(url: base + call.target)
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        for header in call.headers + (authorization.map { [$0] } ?? []) {
            request.headers.add(name: header.name, value: header.value)
        }
        if call.method != .get { request.body = .bytes(call.body) }
        do {
            let deadline = NIODeadline.now() + .nanoseconds(patience.reply.wholeNanoseconds)
            let response = try await Self.client.execute(request, deadline: deadline)
            var body = try await response.body.collect(upTo: Self.pageLimit)
            return HTTPReply(
                Int(response.status.code),
                headers: response.headers.map { HTTPCall.Header($0.name, $0.value) },
                body: body.readBytes(length: body.readableBytes) ?? [])
        } catch is NIOTooManyBytesError {
            throw .unreadable("\(call.page) has more than \(Self.pageLimit) octets")
        } catch {
            throw .unreachable(Self.reason(error))
        }
    }

    /// In words, without what a request carried.
    private static func reason(_ error: any Error) -> String {
        if error is NIOConnectionError { return "nobody answers at that address and port" }
        switch error as? HTTPClientError {
        case .some(.connectTimeout): return "no connection in time"
        case .some(.deadlineExceeded), .some(.readTimeout): return "no whole reply in time"
        case .some(.remoteConnectionClosed): return "it closed the connection in mid reply"
        case .some(let error): return error.shortDescription
        case nil: return "\(error)"
        }
    }

    /// One for the process, never closed. Redirections are not followed: a device that sends elsewhere is told.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        configuration.httpVersion = .http1Only
        // Small devices close connections as they like.
        configuration.connectionPool.idleTimeout = .seconds(1)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}

extension HTTPCall {
    /// What may be shown of the target: some devices want passwords in it.
    var page: String { String(target.prefix { $0 != "&" && $0 != "?" && $0 != ";" }) }
}
