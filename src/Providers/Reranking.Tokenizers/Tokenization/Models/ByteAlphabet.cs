namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>The characters that vocabularies of bytes are written in: printable bytes as themselves, the others from U+0100 on.</summary>
internal static class ByteAlphabet
{
    private const int ByteCount = 256;

    private static readonly char[] Characters = Build();

    public static char CharacterOf(byte value) => Characters[value];

    /// <summary>Finds the byte that a character stands for.</summary>
    public static bool TryGetByte(char character, out byte value)
    {
        int index = Characters.AsSpan().IndexOf(character);
        value = (byte)Math.Max(index, 0);
        return index >= 0;
    }

    private static char[] Build()
    {
        char[] characters = new char[ByteCount];
        int moved = 0;
        for (int value = 0; value < ByteCount; value++)
        {
            bool isPrintable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(isPrintable ? value : ByteCount + moved++);
        }

        return characters;
    }
}
