import FaxCore
import FaxEndpoint
import FaxWire
import Foundation
import NIOCore
import Synchronization

/// A SIP proxy on the loopback interface that has rtpengine rewrite every description, so that one side of it speaks T.38
/// and the other G.711. On a thread of its own.
public final class RTPEngineProxy: Sendable {
    public enum Party: Sendable { case caller, callee }

    public let address: Endpoint
    private let descriptor: Int32
    private let isStopped = Mutex(false)
    private let story = Mutex("")
    private let thread = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - target: where calls go on to.
    ///   - t38: the side that is to speak T.38.
    ///   - codec: payload type of the only codec that offers of audio may have.
    public init(target: Endpoint, t38: Party, codec: UInt8) throws {
        let socket = try BoundSocket(LoopbackPort.any)
        address = socket.endpoint
        descriptor = socket.descriptor
        let work = Work(socket, target: target, t38: t38, codec: codec)
        Thread.detachNewThread { [self] in
            do {
                try work.run { isStopped.withLock { $0 } }
                story.withLock { $0 = work.log }
            } catch {
                story.withLock { $0 = work.log + "\(error)" }
            }
            thread.signal()
        }
    }

    /// - Returns: what rtpengine was asked and said.
    @discardableResult
    public func stop() -> String {
        isStopped.withLock { $0 = true }
        thread.wait()
        close(descriptor)
        return story.withLock { $0 }
    }

    /// Of the thread.
    private final class Work: @unchecked Sendable {
        private let descriptor: Int32
        private let relay: SIPRelay
        private let target: Endpoint
        private let t38: Party
        private let codec: UInt8
        private var caller: Endpoint?
        private var engine: RTPEngine?
        private var failure = ""

        init(_ socket: BoundSocket, target: Endpoint, t38: Party, codec: UInt8) {
            descriptor = socket.descriptor
            relay = SIPRelay(own: socket.endpoint)
            self.target = target
            self.t38 = t38
            self.codec = codec
        }

        var log: String { (engine?.log ?? "") + failure }

        func run(_ isStopped: () -> Bool) throws {
            let engine = try RTPEngine()
            self.engine = engine
            defer { engine.stop() }
            var buffer = [UInt8](repeating: 0, count: 65_535)
            while !isStopped() {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, 50) > 0 else { continue }
                var source = sockaddr_storage()
                var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let count = withUnsafeMutablePointer(to: &source) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(descriptor, &buffer, buffer.count, 0, $0, &size)
                    }
                }
                guard count > 0, let from = withUnsafeBytes(of: &source, { Endpoint(socket: $0) }) else { continue }
                do {
                    try pass(Array(buffer[..<count]), from: from)
                } catch {
                    failure += "\(error)\n"
                }
            }
        }

        private func pass(_ octets: [UInt8], from source: Endpoint) throws {
            let message = try SIPMessage.lax(octets.span.bytes).value
            let side: Party = source == target ? .callee : .caller
            if side == .caller { caller = source }
            guard let destination = side == .caller ? target : caller else { return }
            let description = try rewritten(message, from: side)
            if message.method == nil {
                if let passed = relay.pass(response: message, description: description) {
                    send(passed, to: destination)
                }
                return
            }
            let toTarget = side == .caller ? target : nil
            if case .message(let passed) = relay.pass(request: message, target: toTarget, description: description) {
                send(passed, to: destination)
            }
        }

        private func send(_ octets: [UInt8], to destination: Endpoint) {
            _ = destination.socketAddress.withSockAddr { address, size in
                sendto(descriptor, octets, octets.count, 0, address, socklen_t(size))
            }
        }

        private func rewritten(_ message: SIPMessage, from side: Party) throws -> [UInt8]? {
            guard let sdp = message.sdp, let engine, let id = message.callID, let from = message.from?.tag else {
                return nil
            }
            let isOffer = message.method != nil
            let text = String(decoding: sdp, as: UTF8.self)
            let offered = isOffer ? withOneCodec(text) : text
            // What goes to the side of T.38 becomes T.38, what comes from there becomes audio.
            let flag = side == t38 ? "decode" : "force"
            return Array(
                try engine.rewrite(
                    offered, callID: id, fromTag: from, toTag: isOffer ? nil : message.to?.tag ?? "",
                    t38: isOffer ? [flag] : []
                ).utf8)
        }

        private func withOneCodec(_ text: String) -> String {
            var description = SessionDescription.lax(Array(text.utf8).span.bytes).value
            for place in description.media.indices where description.media[place].isAudio {
                description.media[place].formats = ["\(codec)"]
                description.media[place].attributes.removeAll {
                    $0.name == "fmtp" || $0.name == "rtpmap" && $0.value?.hasPrefix("\(codec) ") != true
                }
            }
            return description.text
        }
    }
}
