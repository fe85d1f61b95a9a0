import ATADrivers
import FaxCore
import FaxEndpoint
import NIOCore
import NIOPosix

extension EmulatedCore {
    /// Sends a line to the syslog server of its settings, if there is one.
    func log(_ text: String) async {
        guard case .known(let server) = view(line: 1)[.syslogServer], !server.isEmpty else { return }
        let parts = server.split(separator: ":")
        guard let host = parts.first, let address = IPAddress(host) else { return }
        let port = parts.count > 1 ? Int(parts[1]) ?? 514 : 514
        let line = "<134>\(model.product) \(macAddress.uppercased()) \(text)\n"
        guard let target = try? SocketAddress(ipAddress: address.description, port: port),
            let channel = try? await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: address.isV4 ? "0.0.0.0" : "::", port: 0).get()
        else { return }
        let envelope = AddressedEnvelope(remoteAddress: target, data: channel.allocator.buffer(string: line))
        try? await channel.writeAndFlush(envelope)
        try? await channel.close()
    }
}
