using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using Reranking.Decorators.Caching;

namespace Reranking.Tests;

public sealed class ScoreCacheEntryTests
{
    private const string Key = "rr1:0123456789ABCDEF";
    private const int CheckStart = 30;
    private const int HeaderSize = 38;

    private static readonly ScoreCacheEntry Full = new(
        RelevanceScore.FromLogit(1.5) with { IsTruncated = true, TokenCount = 77, BestWindow = 5..20 }, "müller/model-1");

    private static readonly Gen<ScoreCacheEntry> Entries =
        Gen.Select(Gen.Double[-40, 40], Gen.Bool, Gen.Int[-1, 10_000], Gen.Int[0, 500], Gen.Int[-1, 500], Gen.String[0, 30]).Select(
            static (logit, isTruncated, tokens, start, length, model) => new ScoreCacheEntry(
                RelevanceScore.FromLogit(logit) with
                {
                    IsTruncated = isTruncated,
                    TokenCount = tokens < 0 ? null : tokens,
                    BestWindow = length < 1 ? null : start..(start + length),
                },
                model.Length == 0 ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(model))));

    [Fact]
    public void Parse_WhatWasWritten_IsTheSame() => Entries.Sample(entry => Assert.Equal(entry, ScoreCacheEntry.Parse(entry.ToBytes(Key), Key)));

    [Fact]
    public void Parse_WindowFromTheEnd_IsTheSame()
    {
        ScoreCacheEntry entry = Full with { Score = Full.Score with { BestWindow = ^9..^0 } };

        Assert.Equal(entry, ScoreCacheEntry.Parse(entry.ToBytes(Key), Key));
    }

    [Fact]
    public void Parse_AnyBitFlipped_IsNone()
    {
        byte[] bytes = Full.ToBytes(Key);
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            byte[] damaged = [.. bytes];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Null(ScoreCacheEntry.Parse(damaged, Key));
        }
    }

    [Fact]
    public void Parse_AnyLengthButItsOwn_IsNone()
    {
        byte[] bytes = Full.ToBytes(Key);
        Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Null(ScoreCacheEntry.Parse(bytes[..length], Key)));
        Assert.Null(ScoreCacheEntry.Parse([.. bytes, 0], Key));
        Assert.Null(ScoreCacheEntry.Parse(null, Key));
    }

    [Theory]
    [InlineData("rr1:0123456789ABCDEE")]
    [InlineData("rr1:0123456789ABCDE")]
    [InlineData("rr2:0123456789ABCDEF")]
    [InlineData("")]
    public void Parse_EntryOfAnotherKey_IsNone(string other) => Assert.Null(ScoreCacheEntry.Parse(Full.ToBytes(Key), other));

    [Fact]
    public void Parse_AnyBytes_IsNone() =>
        Gen.Byte.Array[0, 200].Sample(static bytes => Assert.Null(ScoreCacheEntry.Parse(bytes, Key)));

    // With a hash that holds, as only a writer of another version would leave it.
    [Theory]
    [InlineData("nothing", true)]
    [InlineData("version", false)]
    [InlineData("unknown flag", false)]
    [InlineData("model without the flag", false)]
    [InlineData("tokens without the flag", false)]
    [InlineData("tokens below zero", false)]
    [InlineData("window without the flag", false)]
    [InlineData("score above one", false)]
    [InlineData("score below zero", false)]
    [InlineData("score is no number", false)]
    [InlineData("raw score is no number", false)]
    [InlineData("raw score is infinite", false)]
    [InlineData("model is no text", false)]
    [InlineData("too long", false)]
    public void Parse_SoundHashAroundValuesThatNoScorerGives_IsNone(string kind, bool expected)
    {
        byte[] bytes = Full.ToBytes(Key);
        switch (kind)
        {
            case "version":
                bytes[0]--;
                break;
            case "unknown flag":
                bytes[1] |= 16;
                break;
            case "model without the flag":
                bytes[1] &= 0b1111_1011;
                break;
            case "tokens without the flag":
                bytes[1] &= 0b1111_1101;
                break;
            case "tokens below zero":
                BitConverter.GetBytes(-1).CopyTo(bytes, 18);
                break;
            case "window without the flag":
                bytes[1] &= 0b1111_0111;
                break;
            case "score above one":
                BitConverter.GetBytes(1.0000001).CopyTo(bytes, 2);
                break;
            case "score below zero":
                BitConverter.GetBytes(-0.0000001).CopyTo(bytes, 2);
                break;
            case "score is no number":
                BitConverter.GetBytes(double.NaN).CopyTo(bytes, 2);
                break;
            case "raw score is no number":
                BitConverter.GetBytes(double.NaN).CopyTo(bytes, 10);
                break;
            case "raw score is infinite":
                BitConverter.GetBytes(double.PositiveInfinity).CopyTo(bytes, 10);
                break;
            case "model is no text":
                bytes[^1] = 0xff;
                break;
            case "too long":
                bytes = [.. bytes, .. Enumerable.Repeat((byte)'m', 1 << 16)];
                break;
            default:
                break;
        }

        Seal(bytes);

        Assert.Equal(expected, ScoreCacheEntry.Parse(bytes, Key) is not null);
    }

    [Theory]
    [InlineData(0.5, 1, 0, true)]
    [InlineData(0, -50, 0, true)]
    [InlineData(1, 50, 0, true)]
    [InlineData(1.5, 1, 0, false)]
    [InlineData(-0.5, 1, 0, false)]
    [InlineData(double.NaN, 1, 0, false)]
    [InlineData(0.5, double.NaN, 0, false)]
    [InlineData(0.5, double.NegativeInfinity, 0, false)]
    [InlineData(0.5, 1, 1, false)]
    public void IsKeepable_FiniteAndOfOneStage(double value, double raw, int stage, bool expected) =>
        Assert.Equal(expected, new ScoreCacheEntry(new RelevanceScore(value, raw) { Stage = stage }, "m").IsKeepable);

    private static void Seal(byte[] bytes)
    {
        byte[] digest = SHA256.HashData([.. bytes[..CheckStart], .. bytes[HeaderSize..], .. MemoryMarshal.AsBytes(Key.AsSpan())]);
        digest.AsSpan(0, 8).CopyTo(bytes.AsSpan(CheckStart));
    }
}
