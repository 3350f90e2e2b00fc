using System.Runtime.CompilerServices;

namespace Reranking;

/// <summary>Where a result of a reranked search comes from: its place and score in the first stage, and its relevance in full.</summary>
/// <param name="FirstStageIndex">Where the first stage had the record, from 0 for its best.</param>
/// <param name="FirstStageScore">The score that the first stage gave, in its own unit and direction, or <see langword="null"/> where it gave none.</param>
/// <param name="Relevance">How relevant the record is to the query, or <see langword="null"/> where it was not scored.</param>
/// <remarks>It belongs to the result object of the search: one that the caller builds from it has none.</remarks>
public sealed record SearchProvenance(int FirstStageIndex, double? FirstStageScore, RelevanceScore? Relevance)
{
    // The result type of the abstractions is sealed and has room for one score. The table holds no result alive.
    private static readonly ConditionalWeakTable<object, SearchProvenance> Table = [];

    internal static void Attach(object result, SearchProvenance provenance) => Table.Add(result, provenance);

    internal static SearchProvenance? Find(object result) => Table.TryGetValue(result, out SearchProvenance? provenance) ? provenance : null;
}
