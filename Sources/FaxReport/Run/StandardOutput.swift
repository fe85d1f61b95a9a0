import Foundation

/// Buffered writing to a file descriptor. A reader that went away (`| head`) ends the writing quietly.
public final class StandardOutput {
    private static let bufferOctets = 1 << 16

    private let descriptor: Int32
    private let flushesEachTime: Bool
    private var buffer: [UInt8] = []
    /// The error number that ended the writing.
    public private(set) var failure: Int32?

    /// `flushesEachTime`: for a terminal, or when the input is live.
    public init(descriptor: Int32 = STDOUT_FILENO, flushesEachTime: Bool) {
        self.descriptor = descriptor
        self.flushesEachTime = flushesEachTime
    }

    public func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if flushesEachTime || buffer.count >= Self.bufferOctets { flush() }
    }

    public func flush() {
        buffer.withUnsafeBytes { octets in
            var written = 0
            while written < octets.count, failure == nil {
                let count = Foundation.write(
                    descriptor, octets.baseAddress.map { $0 + written }, octets.count - written)
                if count > 0 { written += count } else if errno != EINTR { failure = errno }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
