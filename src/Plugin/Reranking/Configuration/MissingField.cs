namespace Reranking.Configuration;

/// <summary>What becomes of a text whose candidate does not have the field that a rule asks for.</summary>
internal enum MissingField
{
    /// <summary>It stays on this machine.</summary>
    Local,

    /// <summary>It may leave.</summary>
    Hosted,
}
