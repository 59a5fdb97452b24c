#include "open_file.hpp"

#include <boost/system/error_code.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace gnut {

namespace {

gnutella::error_code last_error() {
    return {errno, boost::system::system_category()};
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

OpenFile::OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

OpenFile OpenFile::open(const std::filesystem::path& path, gnutella::error_code& error) {
    OpenFile file;
    file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    error = file ? gnutella::error_code{} : last_error();
    return file;
}

gnutella::error_code OpenFile::pour_into(int descriptor) const {
    std::array<char, 64 * 1024> bytes{};
    while (true) {
        const ssize_t length = ::read(descriptor_, bytes.data(), bytes.size());
        if (length < 0) {
            return last_error();
        }
        if (length == 0) {
            return {};
        }
        for (ssize_t written = 0; written < length;) {
            const ssize_t more =
                ::write(descriptor, bytes.data() + written, static_cast<std::size_t>(length - written));
            if (more < 0 && errno != EINTR) {
                return last_error();
            }
            written += more > 0 ? more : 0;
        }
    }
}

}  // namespace gnut
