#include "wire/gnutella/header_block.hpp"

#include "ascii.hpp"

#include <algorithm>

namespace gnutella::wire {

namespace {

// RFC 9110, 5.6.2: token.
bool is_name(std::string_view text) {
    static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return (letter >= '0' && letter <= '9') || (ascii::lower(letter) >= 'a' && ascii::lower(letter) <= 'z') ||
               others.find(letter) != std::string_view::npos;
    });
}

}  // namespace

bool same_but_for_case(std::string_view one, std::string_view other) noexcept {
    return ascii::same(one, other);
}

std::string_view trimmed(std::string_view text) noexcept {
    return ascii::trimmed(text);
}

std::string_view take_part(std::string_view& list, char separator) noexcept {
    const std::size_t end = list.find(separator);
    const std::string_view part = list.substr(0, end);
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    return trimmed(part);
}

const HeaderBlock::Header* HeaderBlock::find(std::string_view name) const noexcept {
    const auto found =
        std::ranges::find_if(headers_, [name](const Header& header) { return same_but_for_case(header.name, name); });
    return found == headers_.end() ? nullptr : &*found;
}

std::string_view HeaderBlock::value(std::string_view name) const noexcept {
    const Header* header = find(name);
    return header == nullptr ? std::string_view() : std::string_view(header->value);
}

HeaderBlockReader::Step HeaderBlockReader::feed(std::string_view bytes) {
    std::size_t consumed = 0;
    while (consumed < bytes.size()) {
        const std::string_view rest = bytes.substr(consumed);
        const std::size_t end = rest.find('\n');
        const std::size_t length = end == std::string_view::npos ? rest.size() : end + 1;
        size_ += length;
        consumed += length;
        if (size_ > limits_.max_size) {
            return {Outcome::too_large, consumed};
        }
        line_.append(rest.substr(0, length));
        if (end == std::string_view::npos) {
            break;
        }
        // CR LF as it should be, or LF alone, as of the oldest.
        std::string_view line(line_);
        line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
        const Outcome outcome = take_line(line);
        line_.clear();
        if (outcome != Outcome::incomplete) {
            return {outcome, consumed};
        }
    }
    return {Outcome::incomplete, consumed};
}

HeaderBlockReader::Outcome HeaderBlockReader::take_line(std::string_view line) {
    if (++lines_ > limits_.max_lines) {
        return Outcome::too_large;
    }
    if (line.find('\0') != std::string_view::npos) {
        return Outcome::malformed;
    }
    if (lines_ == 1) {
        block_.first_line_ = line;
        return Outcome::incomplete;
    }
    if (line.empty()) {
        return Outcome::complete;
    }
    const bool continued = line.front() == ' ' || line.front() == '\t';
    return continued ? continue_header(line) : add_header(line);
}

HeaderBlockReader::Outcome HeaderBlockReader::continue_header(std::string_view line) {
    if (continued_ == nullptr) {
        return Outcome::malformed;
    }
    // "The extra spaces and tabs may be collapsed into a single space" (Gnutella 0.6, 2.1).
    if (!continued_->value.empty()) {
        continued_->value += ' ';
    }
    continued_->value += trimmed(line);
    return Outcome::incomplete;
}

HeaderBlockReader::Outcome HeaderBlockReader::add_header(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string_view name = trimmed(line.substr(0, colon));
    if (colon == std::string_view::npos || !is_name(name)) {
        return Outcome::malformed;
    }
    const std::string_view value = trimmed(line.substr(colon + 1));
    const auto known = std::ranges::find_if(
        block_.headers_, [name](const HeaderBlock::Header& header) { return same_but_for_case(header.name, name); });
    if (known == block_.headers_.end()) {
        block_.headers_.push_back({std::string(name), std::string(value)});
        continued_ = &block_.headers_.back();
    } else {
        known->value += ',';
        known->value += value;
        continued_ = &*known;
    }
    return Outcome::incomplete;
}

void HeaderBlockReader::reset() {
    block_ = {};
    line_.clear();
    size_ = 0;
    lines_ = 0;
    continued_ = nullptr;
}

}  // namespace gnutella::wire
