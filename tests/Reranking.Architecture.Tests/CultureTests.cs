using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Reranking.Architecture.Tests;

/// <summary>Interpolated strings are the same on every machine: they write no fraction and no date in the culture of the thread.</summary>
public sealed class CultureTests
{
    private const string Handler = "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler";

    private static readonly string[] Dependent =
        ["System.Double", "System.Single", "System.Half", "System.Decimal", "System.DateTime", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly"];

    public static TheoryData<string> Projects => [.. Project.Names];

    [Theory]
    [MemberData(nameof(Projects))]
    public void InterpolatedStrings_WithFractionsOrDates_NameTheCulture(string name)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll"));

        string[] found = [.. assembly.MainModule.GetAllTypes().SelectMany(static type => type.Methods).Where(static method => method.HasBody)
            .Where(WritesInTheCultureOfTheThread).Select(static method => method.FullName)];
        Assert.True(found.Length == 0, string.Join("\n", found));
    }

    // The compiler creates a handler before it appends to it; the one created last is the one appended to, unless strings are nested.
    private static bool WritesInTheCultureOfTheThread(MethodDefinition method)
    {
        bool hasCulture = true;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            if (instruction.Operand is not MethodReference { DeclaringType.FullName: Handler } call)
            {
                continue;
            }

            if (call.Name == ".ctor")
            {
                hasCulture = call.Parameters.Count > 2;
            }
            else if (!hasCulture && call is GenericInstanceMethod { Name: "AppendFormatted" } append && IsDependent(append.GenericArguments[0]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDependent(TypeReference type) =>
        type is GenericInstanceType { ElementType.FullName: "System.Nullable`1" } nullable
            ? IsDependent(nullable.GenericArguments[0])
            : Dependent.Contains(type.FullName);
}
