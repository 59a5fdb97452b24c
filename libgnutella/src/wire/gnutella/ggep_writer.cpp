#include "wire/gnutella/ggep_writer.hpp"

#include "wire/gnutella/cobs.hpp"
#include "wire/gnutella/ggep_flags.hpp"
#include "wire/gnutella/inflate.hpp"

#include <stdexcept>

namespace gnutella::wire {

namespace {

constexpr std::size_t max_extension_name = 15;

void write_length(std::size_t length, std::string& to) {
    if (length > 0xFFF) {
        to += static_cast<char>(0x80U | (length >> 12 & 0x3FU));
    }
    if (length > 0x3F) {
        to += static_cast<char>(0x80U | (length >> 6 & 0x3FU));
    }
    to += static_cast<char>(0x40U | (length & 0x3FU));
}

}  // namespace

void GgepWriter::add(std::string_view id, std::string_view value) {
    add({.id = id, .data = value});
}

void GgepWriter::add_deflated(std::string_view id, std::string_view value) {
    std::string shorter;
    deflate_whole(value, shorter);
    if (shorter.size() < value.size()) {
        add({.id = id, .data = shorter, .deflated = true});
    } else {
        add(id, value);
    }
}

void GgepWriter::add(const GgepExtension& extension) {
    if (nuls_ == Nuls::allowed || extension.data.find('\0') == std::string_view::npos) {
        write(extension);
        return;
    }
    std::string encoded;
    encode_cobs(extension.data, encoded);
    GgepExtension without_nuls = extension;
    without_nuls.data = encoded;
    without_nuls.cobs = true;
    write(without_nuls);
}

void GgepWriter::write(const GgepExtension& extension) {
    if (extension.id.empty() || extension.id.size() > max_extension_name ||
        extension.id.find('\0') != std::string_view::npos || extension.data.size() > max_length) {
        throw std::invalid_argument("GGEP: an id of one to fifteen bytes and at most 262,143 bytes of data are needed");
    }
    if (last_flags_ == 0) {
        to_ += ggep_magic;
    } else {
        to_[last_flags_] = static_cast<char>(static_cast<unsigned char>(to_[last_flags_]) & ~ggep_last_extension);
    }
    last_flags_ = to_.size();
    const auto flags = static_cast<unsigned>(extension.id.size()) | ggep_last_extension |
                       (extension.cobs ? ggep_cobs_encoded : 0U) | (extension.deflated ? ggep_deflated : 0U);
    to_ += static_cast<char>(flags);
    to_.append(extension.id);
    write_length(extension.data.size(), to_);
    to_.append(extension.data);
}

}  // namespace gnutella::wire
