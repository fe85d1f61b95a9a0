import FaxCore
import FaxEndpoint
import Foundation
import NIOCore
import NIOPosix
import ServerDrivers
import Synchronization

/// What an emulated fax server does wrong.
public enum EmulatedServerFault: String, Sendable, Hashable, CaseIterable {
    /// Takes no call.
    case refuses
    /// The fax is sent, and its end is never told.
    case neverEnds
    case claimsSuccess
    case claimsFailure
    /// Closes the connection when the call was answered.
    case disconnects
    /// Says things that its interface does not have.
    case garbage
}

/// A server of ours that speaks the published interface of another product, and places real calls over SIP: **emulated**, no
/// proof of how that product behaves. Its user is `admin`, its password `secret`.
public final class EmulatedFaxServer: Sendable {
    public enum Interface: String, Sendable, Hashable, CaseIterable {
        case asterisk, freeswitch
    }

    public let port: UInt16
    private let channel: any Channel
    private let line: EmulatedServerLine

    /// - Parameters:
    ///   - peer: who is called, whatever number is dialled.
    ///   - folder: for faxes that come.
    public init(
        _ interface: Interface, _ transport: FaxTransport, fault: EmulatedServerFault? = nil,
        calling peer: Endpoint,
        in folder: URL
    ) throws {
        let line = try EmulatedServerLine(transport, calling: peer, in: folder)
        self.line = line
        do {
            channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let front: any EmulatedFront =
                            interface == .asterisk ? EmulatedManager(fault) : EmulatedEventSocket(fault)
                        try channel.pipeline.syncOperations.addHandler(EmulatedConnection(front, line, fault))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).wait()
        } catch {
            line.close()
            throw error
        }
        port = UInt16(clamping: channel.localAddress?.port ?? 0)
    }

    /// Where it answers calls.
    public var sipAddress: Endpoint { line.sipAddress }

    public func close() {
        try? channel.close().wait()
        line.close()
    }
}

/// What happens on the line of an emulated server.
enum EmulatedNews: Sendable {
    case answered(job: String)
    case sent(job: String, FaxResult)
    /// The call was ended by command.
    case killed(job: String)
    case received(FaxResult)
}

/// What a client asks of an emulated server, and what it is told at once.
struct EmulatedAnswer {
    enum Order {
        case call(job: String, number: String, file: String)
        case kill(job: String)
    }

    var text: String
    var order: Order?
    var closes = false

    init(_ text: String, _ order: Order? = nil, closes: Bool = false) {
        self.text = text
        self.order = order
        self.closes = closes
    }
}

/// The words of one product on one connection.
protocol EmulatedFront: AnyObject {
    var greeting: String { get }
    /// - Parameter isKnown: a job that is on the line.
    func answer(_ block: [String], isKnown: (String) -> Bool) -> EmulatedAnswer
    func text(_ news: EmulatedNews) -> String
}

/// One client.
private final class EmulatedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let front: any EmulatedFront
    private let line: EmulatedServerLine
    private let fault: EmulatedServerFault?
    private var lines = LineSplitter()
    private var block: [String] = []

    init(_ front: any EmulatedFront, _ line: EmulatedServerLine, _ fault: EmulatedServerFault?) {
        self.front = front
        self.line = line
        self.fault = fault
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        line.subscribe { news in loop.execute { bound.value.0.tell(news, bound.value.1) } }
        say(front.greeting, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        for line in lines.take(buffer.readBytes(length: buffer.readableBytes) ?? []) {
            if !line.isEmpty {
                if block.count < 100 { block.append(line) }
            } else if !block.isEmpty {
                take(block, context)
                block = []
            }
        }
    }

    private func take(_ block: [String], _ context: ChannelHandlerContext) {
        let answer = front.answer(block) { line.isCalling($0) }
        say(answer.text, context)
        switch answer.order {
        case .call(let job, let number, let file): line.call(job, number, file)
        case .kill(let job): line.kill(job)
        case nil: break
        }
        if answer.closes { context.close(promise: nil) }
    }

    private func tell(_ news: EmulatedNews, _ context: ChannelHandlerContext) {
        if fault == .disconnects, case .answered = news { return context.close(promise: nil) }
        say(front.text(news), context)
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        guard !text.isEmpty, context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
