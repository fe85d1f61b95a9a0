import Glibc

/// A serial device, or a pseudo-terminal, with a modem on it: raw, not blocking, for this process alone.
public final class SerialPort {
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    enum Reading: Equatable {
        case octets([UInt8])
        case nothing
        /// The device is gone.
        case gone
    }

    private let descriptor: Int32
    private let lock: PortLock
    private let before: termios
    private let flowControl: SerialModemSettings.FlowControl
    private var heeds = false

    /// Bits a second that can be set.
    public static let speeds = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400]

    public init(_ path: String, speed: Int, flowControl: SerialModemSettings.FlowControl) throws {
        let device = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard device >= 0 else { throw Self.refusal(path) }
        var attributes = termios()
        do {
            lock = try Self.lock(path, device, &attributes)
        } catch {
            Glibc.close(device)
            throw error
        }
        descriptor = device
        self.flowControl = flowControl
        before = attributes
        _ = ioctl(device, UInt(TIOCEXCL))
        cfmakeraw(&attributes)
        attributes.c_cflag |= tcflag_t(CREAD | CLOCAL | HUPCL)
        if flowControl == .rtscts { attributes.c_cflag |= Self.hardwareFlowControl }
        cfsetspeed(&attributes, Self.code(speed))
        guard tcsetattr(descriptor, TCSANOW, &attributes) == 0 else {
            let failure = Self.failure("cannot set \(path) up")
            Glibc.close(descriptor)
            throw failure
        }
        tcflush(descriptor, TCIOFLUSH)
    }

    /// For this process, and with the attributes that the device has.
    private static func lock(_ path: String, _ device: Int32, _ attributes: inout termios) throws(Failure) -> PortLock {
        guard tcgetattr(device, &attributes) == 0 else {
            throw Failure(
                description: "\(path) is no serial device; a modem is at one such as /dev/ttyACM0 or /dev/ttyS0")
        }
        // Among ourselves, where the system has no folder for locks or root may open anything.
        guard flock(device, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { throw inUse(path) }
        return try PortLock(path)
    }

    private static func inUse(_ path: String) -> Failure {
        Failure(description: "\(path) is in use by another program; end it, or name another device")
    }

    private static func refusal(_ path: String) -> Failure {
        switch errno {
        case EBUSY: inUse(path)
        case ENOENT:
            Failure(description: "there is no \(path); ls /dev/tty* shows what there is, and dmesg what came last")
        case EACCES: Failure(description: "no right to open \(path): most systems give it to the group dialout")
        case ENXIO, EIO, ENODEV: Failure(description: "\(path): no device answers there")
        default: failure("cannot open \(path)")
        }
    }

    /// CRTSCTS, which Swift's view of the C library leaves out.
    private static let hardwareFlowControl: tcflag_t = 0o20_000_000_000

    private static func failure(_ text: String) -> Failure {
        Failure(description: "\(text): \(String(cString: strerror(errno)))")
    }

    private static func code(_ speed: Int) -> speed_t {
        switch speed {
        case 9_600: speed_t(B9600)
        case 19_200: speed_t(B19200)
        case 38_400: speed_t(B38400)
        case 57_600: speed_t(B57600)
        case 230_400: speed_t(B230400)
        default: speed_t(B115200)
        }
    }

    func read() -> Reading {
        var octets = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(descriptor, &octets, octets.count)
        if count > 0 { return .octets(Array(octets.prefix(count))) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .gone
    }

    /// Octets that were taken; `nil`: the device is gone.
    func write(_ octets: ArraySlice<UInt8>) -> Int? {
        let count = octets.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Until there is something to read, or room for what is to be written, or time is over.
    func wait(toWrite: Bool, for time: Duration) {
        var events = pollfd(fd: descriptor, events: Int16(POLLIN | (toWrite ? POLLOUT : 0)), revents: 0)
        _ = poll(&events, 1, Int32(clamping: max(1, Int(time / .milliseconds(1)))))
    }

    /// XOFF of the modem holds back what is sent; while data comes these signs are data as all others.
    func heedXOFF(_ heeds: Bool) {
        guard flowControl == .xonxoff, heeds != self.heeds else { return }
        self.heeds = heeds
        var attributes = termios()
        guard tcgetattr(descriptor, &attributes) == 0 else { return }
        if heeds { attributes.c_iflag |= tcflag_t(IXON) } else { attributes.c_iflag &= ~tcflag_t(IXON) }
        tcsetattr(descriptor, TCSANOW, &attributes)
    }

    deinit {
        var attributes = before
        tcflush(descriptor, TCIOFLUSH)
        tcsetattr(descriptor, TCSANOW, &attributes)
        Glibc.close(descriptor)
    }
}
