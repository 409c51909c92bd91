// Zip archives as a test needs them, harmful ones included.
//
//   ZipMaker zip;
//   zip.Add("_chat.txt", words);
//   zip.AddBomb("bomb.txt", 300'000'000);
//   ReadTip("chat.zip", zip.Bytes(), tools)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fakes/http_server.h"

namespace heed {

class ZipMaker {
 public:
  // Stored as it is.  `mode`: as in Unix, for links.
  void Add(std::string_view name, std::string_view bytes, std::uint32_t mode = 0100644) { Put(name, bytes, 0, Crc(bytes), bytes.size(), mode); }
  // Deflated: `count` times the letter "a".
  void AddBomb(std::string_view name, std::uint64_t count) {
    const std::string gzip = GzipBomb('a', count);
    std::uint32_t crc = 0;  // a gzip stream ends with it and the size
    for (int i = 0; i < 4; ++i) crc |= static_cast<std::uint32_t>(static_cast<unsigned char>(gzip[gzip.size() - 8 + static_cast<std::size_t>(i)])) << (8 * i);
    Put(name, std::string_view(gzip).substr(10, gzip.size() - 18), 8, crc, count, 0100644);
  }
  std::string Bytes() const {
    std::string out = files_ + directory_;
    out += std::string("PK\x05\x06\0\0\0\0", 8);
    Number(out, count_, 2), Number(out, count_, 2), Number(out, directory_.size(), 4), Number(out, files_.size(), 4), Number(out, 0, 2);
    return out;
  }

 private:
  static void Number(std::string& out, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  }
  static std::uint32_t Crc(std::string_view bytes) {
    std::uint32_t crc = ~0u;
    for (const unsigned char byte : bytes) {
      crc ^= byte;
      for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
  }
  void Put(std::string_view name, std::string_view packed, int method, std::uint32_t crc, std::uint64_t size, std::uint32_t mode) {
    const std::size_t at = files_.size();
    std::string common;
    Number(common, 20, 2), Number(common, 0x800, 2), Number(common, static_cast<std::uint64_t>(method), 2), Number(common, 0, 4);
    Number(common, crc, 4), Number(common, packed.size(), 4), Number(common, size, 4), Number(common, name.size(), 2), Number(common, 0, 2);
    files_ += std::string("PK\x03\x04") + common;
    files_ += name;
    files_ += packed;
    directory_ += "PK\x01\x02";
    Number(directory_, 0x0314, 2);  // made on Unix
    directory_ += common;
    Number(directory_, 0, 2), Number(directory_, 0, 2), Number(directory_, 0, 2), Number(directory_, static_cast<std::uint64_t>(mode) << 16, 4), Number(directory_, at, 4);
    directory_ += name;
    ++count_;
  }
  std::string files_, directory_;
  std::uint64_t count_ = 0;
};

}  // namespace heed
