namespace Reranking.Tokenizers.Tokenization.Unicode;

/// <summary>What tells where one grapheme ends.</summary>
[Flags]
internal enum GraphemeClasses : byte
{
    None = 0,

    /// <summary>Nothing joins it.</summary>
    Control = 1,

    /// <summary>It joins what stands before it.</summary>
    JoinsBefore = 2,

    /// <summary>What comes after joins it.</summary>
    Prepends = 4,

    /// <summary>Two of these join over a joiner.</summary>
    Pictograph = 8,

    /// <summary>It may stand before the joiner of two pictographs, or by the linker of two consonants.</summary>
    Extend = 16,

    /// <summary>Two of these join over a linker.</summary>
    Consonant = 32,

    Linker = 64,
}
