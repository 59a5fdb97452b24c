#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Writes one JSON object, member by member, at the end of a buffer. Lists and objects inside it are opened and closed
/// by the caller, who also keeps the order; commas are put where they belong.
class JsonWriter {
  public:
    explicit JsonWriter(std::string& buffer) : buffer_(buffer) { buffer_ += '{'; }

    /// @param name a literal of ours: it is not escaped.
    JsonWriter& member(std::string_view name) {
        separate();
        buffer_ += '"';
        buffer_ += name;
        buffer_ += "\":";
        return *this;
    }

    void text(std::string_view value);
    void number(std::uint64_t value) {
        char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
        buffer_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    }
    void literal(std::string_view value) { buffer_ += value; }
    void open(char bracket) { buffer_ += bracket; }
    void close(char bracket) { buffer_ += bracket; }
    /// Before an element of a list.
    JsonWriter& element() {
        separate();
        return *this;
    }

    /// Ends the object, and the message with a newline.
    void finish() { buffer_ += "}\n"; }

  private:
    void separate() {
        if (buffer_.back() != '{' && buffer_.back() != '[') {
            buffer_ += ',';
        }
    }

    std::string& buffer_;
};

}  // namespace gnutella::wire
