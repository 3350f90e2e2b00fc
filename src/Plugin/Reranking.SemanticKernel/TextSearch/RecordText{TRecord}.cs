using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.TextSearch;

/// <summary>Finds the text of records whose type says where it is.</summary>
internal static class RecordText<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>
{
    /// <summary>Returns the text of a record; null if nothing says where it is.</summary>
    public static readonly Func<TRecord, string?>? Selector = Find();

    private static Func<TRecord, string?>? Find()
    {
        if (typeof(TRecord) == typeof(string) || typeof(TRecord) == typeof(TextSearchResult))
        {
            return static record => record is TextSearchResult result ? result.Value : record as string;
        }

        // Semantic Kernel reads the same attribute, but its reader is internal.
        PropertyInfo? property = typeof(TRecord).GetProperties()
            .FirstOrDefault(static property => property.PropertyType == typeof(string) && property.IsDefined(typeof(TextSearchResultValueAttribute)));
        return property is null ? null : record => (string?)property.GetValue(record);
    }
}
